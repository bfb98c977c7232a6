using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Engine.Tests.Copies;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Engine.Tests.Replication;

/// <summary>
/// An answer of a copy from before it dropped what it held. The order of messages that makes it dangerous is so rare that a simulator finds it in
/// one seed of hundreds of thousands; here it is written down.
/// </summary>
public sealed class LateAnswerTests
{
    private static readonly CopyId Owner = new(0, 1);
    private static readonly CopyId Other = new(1, 1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Answer_FromBeforeASnapshot_CountsOnlyByAMistakenRule(bool isMistaken)
    {
        var host = new Host();
        ReplicationRules rules = isMistaken ? new CountingRules() : SoundRules.Instance;
        var owner = new ReplicationCopy(Owner, host, CopyGrid.SettingsOf(host.Time), rules, new NoEntries(), new Random(1));
        owner.Receive(new AuthorityReply { To = Owner, SentAt = host.Now, Recorded = Configuration.None.Emptied(Owner) });
        var epoch = owner.Configuration.Epoch;

        // The other copy is filled, loses what it has, and is being filled again.
        Meet();
        owner.Receive(Answer(AppendAnswer.NeedsSnapshot, snapshot: 0));
        owner.Receive(new ChunkAck { From = Other, To = Owner, Epoch = epoch, Snapshot = 1, Index = 0 });
        owner.Receive(Answer(AppendAnswer.NeedsSnapshot, snapshot: 1));
        Assert.Equal([1, 2], host.Sent.OfType<SnapshotChunk>().Select(static chunk => chunk.Snapshot));

        // It is not wanted, forgotten, and wanted again; then its answer comes from before it lost everything.
        owner.Want(new WantedCopies(Owner.Node, [Owner.Node]));
        owner.Tick();
        Meet();
        owner.Receive(Answer(AppendAnswer.Accepted, snapshot: 1));
        owner.Tick();

        Assert.Equal(isMistaken, host.Proposals.Exists(static proposal => proposal.Contains(Other)));
        Assert.Equal(isMistaken ? 2 : 3, host.Sent.OfType<SnapshotChunk>().Max(static chunk => chunk.Snapshot));

        void Meet()
        {
            owner.Want(new WantedCopies(Owner.Node, [Owner.Node, Other.Node]));
            host.Time.Advance(TimeSpan.FromMilliseconds(100));
            owner.Tick();
        }

        AppendAck Answer(AppendAnswer answer, long snapshot) => new()
        {
            From = Other,
            To = Owner,
            Epoch = epoch,
            Answer = answer,
            Matched = answer == AppendAnswer.Accepted ? owner.End.Sequence : 0,
            Snapshot = snapshot,
            Previous = owner.End.Sequence,
            SentAt = host.Now,
            FollowerTime = new FollowerTime(0, host.Now),
        };
    }

    private sealed class CountingRules : ReplicationRules
    {
        public override bool CountsAnswer(long snapshot, long lastSnapshot) => true;
    }

    private sealed class Host : IReplicationHost
    {
        public ManualTimeProvider Time { get; } = new();

        public List<PeerMessage> Sent { get; } = [];

        public List<Configuration> Proposals { get; } = [];

        public long Now => Time.GetTimestamp();

        public void Send(PeerMessage message) => Sent.Add(message);

        public void Ask(AuthorityRequest request)
        {
            if (request.Proposal is { } proposal)
            {
                Proposals.Add(proposal);
            }
        }

        public void Reply(in ClientReply reply)
        {
        }

        public void Report(ReplicationEvent what)
        {
        }
    }

    private sealed class NoEntries : IEntryStore
    {
        public long VersionFloor => 0;

        public void Apply(ReadOnlyMemory<byte> change, long writtenAt)
        {
        }

        public void Scan(ref ulong cursor, int atMost, List<ReadOnlyMemory<byte>> changes) => cursor = 0;

        public ReadOnlyMemory<byte> Keep(ReadOnlyMemory<byte> change) => change.ToArray();

        public void RaiseVersionFloor(long version)
        {
        }

        public void Clear()
        {
        }
    }
}
