using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Engine.Topology;
using Orleans.Cache.Grains.Topology;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Cluster.Tests.Topology;

public sealed class TopologyAuthorityTests
{
    [Fact]
    public void Authorities_OverABadStore_AgreeAndGiveUpNothingEarly()
    {
        var (emptied, atOnce, refused, lost, replies, failures) = (0, 0, 0, 0, 0, 0);
        for (var seed = 1; seed <= 60; seed++)
        {
            try
            {
                using var world = new AuthorityWorld(seed);
                world.Run(steps: 2500);
                world.Settle();
                emptied += world.Emptied;
                atOnce += world.EmptiedAtOnce;
                refused += world.Store.Refused;
                lost += world.Store.LostAnswers;
                replies += world.Replies;
                failures += world.Failures;
            }
            catch (Xunit.Sdk.XunitException exception)
            {
                Assert.Fail($"Seed {seed}: {exception}");
            }
        }

        // Otherwise the cases would not have been tried.
        Assert.True(emptied > 20 && atOnce > 20 && refused > 100 && lost > 100 && failures > 100 && replies > 10_000, $"{emptied} {atOnce} {refused} {lost} {replies} {failures}");
    }

    [Fact]
    public async Task Decide_RequestsDuringAWrite_ShareTheNext()
    {
        var store = new GatedStore();
        var (authority, id) = await StartAsync(store);
        var before = store.Version;
        store.Gate = new TaskCompletionSource();

        var first = authority.DecideAsync([Claim(0, id)]).AsTask();
        var others = Enumerable.Range(1, 7).Select(partition => authority.DecideAsync([Claim(partition, id)]).AsTask()).ToArray();
        Assert.False(first.IsCompleted);
        store.Gate.SetResult();
        await first;
        var replies = await Task.WhenAll(others);

        Assert.Equal(before + 2, store.Version);
        Assert.All(replies, reply => Assert.Equal(id, Assert.Single(reply).Reply.Recorded.Owner));
    }

    [Fact]
    public async Task Decide_QuestionsOnly_WriteNothing()
    {
        var store = new GatedStore();
        var (authority, id) = await StartAsync(store);
        await authority.DecideAsync([Claim(0, id)]);
        var before = (store.Version, store.Reads);

        var reply = Assert.Single(await authority.DecideAsync([Question(0, id)]));

        Assert.Equal(id, reply.Reply.Recorded.Owner);
        Assert.Equal(before, (store.Version, store.Reads));
    }

    [Fact]
    public async Task Decide_AfterAThirdOfATenure_LooksWhetherAnotherTookHold()
    {
        var time = new ManualTimeProvider();
        var store = new GatedStore();
        var (authority, id) = await StartAsync(store, time);
        await authority.DecideAsync([Claim(0, id)]);
        var other = new TopologyAuthority(store, AuthorityWorld.Settings, time);
        await other.DecideAsync([Handover(0, store)]);
        time.Advance(TimeSpan.FromSeconds(1.1));

        var reply = Assert.Single(await authority.DecideAsync([Question(0, id)]));

        Assert.Equal(2, reply.Reply.Recorded.Version);
    }

    [Fact]
    public async Task Decide_OfACopyThatIsGone_HasNoReply()
    {
        var store = new GatedStore();
        var (authority, id) = await StartAsync(store);
        await authority.DecideAsync([Claim(0, id)]);

        await authority.ChangeAsync(document => document!.WithStates(static _ => TopologyNodeState.Dead));

        Assert.Empty(await authority.DecideAsync([Question(0, id)]));
    }

    [Fact]
    public async Task Decide_WithoutTheStore_FailsAndTellsNothing()
    {
        var store = new GatedStore();
        var (authority, id) = await StartAsync(store);
        store.IsAway = true;

        await Assert.ThrowsAsync<CacheUnavailableException>(async () => await authority.DecideAsync([Claim(0, id)]));
        store.IsAway = false;

        Assert.Equal(0, Assert.Single(await authority.DecideAsync([Question(0, id)])).Reply.Recorded.Version);
    }

    [Fact]
    public async Task Restart_OfTheWholeGrid_GivesThePartitionsUpAfterATenure()
    {
        var time = new ManualTimeProvider();
        var store = new GatedStore();
        var (before, former) = await StartAsync(store, time);
        await before.DecideAsync([Claim(0, former)]);
        var authority = new TopologyAuthority(store, AuthorityWorld.Settings, time);
        await authority.ChangeAsync(document => document!.WithStates(static _ => TopologyNodeState.Dead).WithJoined(TopologySamples.Node("one", "another run")));
        var id = new CopyId(former.Node, (2L << TopologyDocument.RunShift) + 1);
        var recorded = store.Document.Configurations[0];

        var early = Assert.Single(await authority.DecideAsync([(0, new AuthorityRequest { From = id, SentAt = 0, Proposal = recorded.Emptied(id) })]));
        time.Advance(TimeSpan.FromSeconds(5));
        var late = Assert.Single(await authority.DecideAsync([(0, new AuthorityRequest { From = id, SentAt = 0, Proposal = recorded.Emptied(id) })]));

        Assert.Equal(former, early.Reply.Recorded.Owner);

        // After the pause the authority presumed nothing; it counts a tenure from its own return.
        Assert.Equal(former, late.Reply.Recorded.Owner);
        for (var second = 0; second < 5; second++)
        {
            time.Advance(TimeSpan.FromSeconds(0.9));
            await authority.DecideAsync([Question(1, id)]);
        }

        var last = Assert.Single(await authority.DecideAsync([(0, new AuthorityRequest { From = id, SentAt = 0, Proposal = recorded.Emptied(id) })]));
        Assert.Equal(id, last.Reply.Recorded.Owner);
        Assert.Equal(1, last.Reply.Recorded.Losses);
    }

    [Fact]
    public async Task TenureThatAnotherGrantedLate_IsWaitedForBeforeAPartitionIsGivenUp()
    {
        var time = new ManualTimeProvider();
        var store = new GatedStore();
        var (authority, former) = await StartAsync(store, time);
        await authority.DecideAsync([Claim(0, former)]);
        var next = new TopologyAuthority(store, AuthorityWorld.Settings, time);
        var document = await next.ChangeAsync(static document => document!.WithStates(static _ => TopologyNodeState.Dead).WithJoined(TopologySamples.Node("two", "first run")));
        var id = new CopyId(document!.Nodes.Single(static node => node.Name == "two").Number, (1L << TopologyDocument.RunShift) + 1);
        var emptied = (0, new AuthorityRequest { From = id, SentAt = 0, Proposal = store.Document.Configurations[0].Emptied(id) });

        // It does not look before a third of a tenure (3 s) is over, and grants the former owner another one until then.
        time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.Equal(former, Assert.Single(await authority.DecideAsync([Question(0, former)])).Reply.Recorded.Owner);

        foreach (var step in (double[])[0.5, 0.9, 0.9, 0.7])
        {
            // 3.9 s after the next one took hold the tenure is just over by the former owner's clock.
            Assert.Equal(former, Assert.Single(await next.DecideAsync([emptied])).Reply.Recorded.Owner);
            time.Advance(TimeSpan.FromSeconds(step));
        }

        Assert.Equal(former, Assert.Single(await next.DecideAsync([emptied])).Reply.Recorded.Owner);
        time.Advance(TimeSpan.FromSeconds(0.3));
        Assert.Equal(id, Assert.Single(await next.DecideAsync([emptied])).Reply.Recorded.Owner);
    }

    private static async Task<(TopologyAuthority Authority, CopyId Copy)> StartAsync(GatedStore store, TimeProvider? time = null)
    {
        var authority = new TopologyAuthority(store, AuthorityWorld.Settings, time ?? new ManualTimeProvider());
        var document = await authority.ChangeAsync(static _ => TopologyDocument.Begin(8, firstVersion: 1).WithJoined(TopologySamples.Node("one", "first run")));
        return (authority, new CopyId(document!.Nodes[0].Number, (1L << TopologyDocument.RunShift) + 1));
    }

    private static (int Partition, AuthorityRequest Request) Claim(int partition, CopyId id) =>
        (partition, new AuthorityRequest { From = id, SentAt = 0, Proposal = Engine.Replication.Configuration.None.Emptied(id) });

    private static (int Partition, AuthorityRequest Request) Question(int partition, CopyId id) => (partition, new AuthorityRequest { From = id, SentAt = 0 });

    private static (int Partition, AuthorityRequest Request) Handover(int partition, GatedStore store)
    {
        var recorded = store.Document.Configurations[partition];
        return (partition, new AuthorityRequest { From = recorded.Owner, SentAt = 0, Proposal = recorded.WithOwner(recorded.Owner, recorded.InSync) });
    }

    /// <summary>A store in memory whose writes wait for a gate.</summary>
    private sealed class GatedStore : ITopologyStore
    {
        private readonly Grains.Topology.Stores.MemoryTopologyStore _inner = new();

        public TaskCompletionSource? Gate { get; set; }

        public bool IsAway { get; set; }

        public long Version { get; private set; }

        public int Reads { get; private set; }

        public TopologyDocument Document { get; private set; } = null!;

        public ValueTask<StoredTopology?> ReadAsync(CancellationToken cancellationToken)
        {
            Reads++;
            return IsAway ? throw new IOException("The store is away.") : _inner.ReadAsync(cancellationToken);
        }

        public async ValueTask<bool> TryWriteAsync(ReadOnlyMemory<byte> content, long expectedVersion, CancellationToken cancellationToken)
        {
            if (IsAway)
            {
                throw new IOException("The store is away.");
            }

            await (Gate?.Task ?? Task.CompletedTask);
            var written = await _inner.TryWriteAsync(content, expectedVersion, cancellationToken);
            if (written)
            {
                Version = expectedVersion + 1;
                Document = TopologyDocumentFormat.Read(content.Span);
            }

            return written;
        }
    }
}
