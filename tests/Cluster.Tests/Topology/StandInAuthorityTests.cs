using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Replication;
using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Format;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Engine.Topology;
using Orleans.Cache.Grains.Replication;
using Orleans.Cache.Grains.Topology;
using Orleans.Cache.Grains.Topology.Stores;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Cluster.Tests.Topology;

/// <summary>A silo that decides by the grid's record while the topology grain does not answer.</summary>
public sealed class StandInAuthorityTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly MemoryTopologyStore _store = new();
    private readonly Authority _grain = new();
    private readonly OtherSilo _otherSilo = new();

    [Fact]
    public async Task Grain_ThatAnswers_Decides()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1);
        var standIn = await MakeAsync(grid);
        _grain.Answer = static () => PacketWriter.RepliesOf([]);

        Assert.Empty(await AskAsync(standIn));
        Assert.Equal(1, _grain.Asked);
    }

    [Fact]
    public async Task Grain_ThatFails_IsLeftAloneForAWhile_AndTheSiloDecides()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1);
        var standIn = await MakeAsync(grid);
        _grain.Answer = static () => throw new TimeoutException("The grain's silo is gone.");

        Assert.Equal(1, Assert.Single(await AskAsync(standIn)).Reply.Recorded.Version);
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.Single(await AskAsync(standIn));
        Assert.Equal(1, _grain.Asked);

        _time.Advance(TimeSpan.FromSeconds(0.2));
        _grain.Answer = static () => PacketWriter.RepliesOf([]);
        Assert.Empty(await AskAsync(standIn));
        Assert.Equal(2, _grain.Asked);
    }

    [Fact]
    public async Task Grain_ThatIsSilent_IsNotWaitedForLongerThanCallersCanWait()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1);
        var standIn = await MakeAsync(grid);
        var late = new TaskCompletionSource<BatchBytes>();
        _grain.Late = late.Task;

        var asked = AskAsync(standIn);
        await _grain.WasAsked;
        _time.Advance(TimeSpan.FromSeconds(0.29));
        Assert.False(asked.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.02));

        Assert.Single(await asked);
        Assert.NotNull(await _store.ReadAsync(TestContext.Current.CancellationToken));

        // Too late, and of no harm.
        late.SetResult(PacketWriter.RepliesOf([]));
    }

    [Fact]
    public async Task Grain_ThatFails_LeavesItToTheSiloThatStandsIn()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1);
        var standIn = await MakeAsync(grid);
        _grain.Answer = static () => throw new TimeoutException("The grain's silo is gone.");
        _otherSilo.Answer = static () => PacketWriter.RepliesOf([]);

        Assert.Empty(await AskAsync(standIn, _otherSilo));
        Assert.Empty(await AskAsync(standIn, _otherSilo));

        Assert.Equal((1, 2), (_grain.Asked, _otherSilo.Asked));
        Assert.Equal(1, (await _store.ReadAsync(TestContext.Current.CancellationToken))!.Version);
    }

    [Fact]
    public async Task StandIn_ThatFails_LeavesItToThisSilo()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1);
        var standIn = await MakeAsync(grid);
        _grain.Answer = static () => throw new TimeoutException("The grain's silo is gone.");
        _otherSilo.Answer = static () => throw new TimeoutException("And so is this.");

        Assert.Equal(1, Assert.Single(await AskAsync(standIn, _otherSilo)).Reply.Recorded.Version);
        Assert.Equal(1, _otherSilo.Asked);
    }

    [Fact]
    public async Task StandIn_ThatIsAsked_DecidesWithoutTheGrain()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1);
        var standIn = await MakeAsync(grid);
        using var request = Claim();
        using var reply = await standIn.StandInAsync(request);

        Assert.Equal(1, Assert.Single(ReplicationFormat.ReadReplies(reply.Span)).Reply.Recorded.Version);
        Assert.Equal(0, _grain.Asked);
    }

    private async Task<StandInAuthority> MakeAsync(GridFixture grid)
    {
        var document = TopologyDocument.Begin(8, firstVersion: 1).WithJoined(TopologySamples.Node("one", "first run"));
        Assert.True(await _store.TryWriteAsync(TopologyDocumentFormat.Write(document), 0, TestContext.Current.CancellationToken));
        var services = grid.Cluster.Silos[0].ServiceProvider;
        var grains = DispatchProxy.Create<IGrainFactory, Grains>();
        ((Grains)(object)grains).Grain = _grain;
        return new StandInAuthority(
            grains, _store, services.GetRequiredService<NodeSettings>(), services.GetRequiredService<NodeReferences>(), _time, NullLogger<StandInAuthority>.Instance);
    }

    private static async Task<List<(int Partition, AuthorityReply Reply)>> AskAsync(StandInAuthority standIn, IReplicationNode? otherSilo = null)
    {
        using var request = Claim();
        using var reply = await standIn.DecideAsync(request, () => otherSilo);
        return ReplicationFormat.ReadReplies(reply.Span);
    }

    /// <summary>Claims a partition that nobody had.</summary>
    private static BatchBytes Claim()
    {
        var id = new CopyId(1, (1L << TopologyDocument.RunShift) + 1);
        var packet = new PacketWriter(PacketKind.Requests, 128);
        ReplicationFormat.Write(packet, 0, new AuthorityRequest { From = id, SentAt = 0, Proposal = Engine.Replication.Configuration.None.Emptied(id) });
        return packet.ToRequest();
    }

#pragma warning disable CA1852 // A proxy derives from it.
    public class Grains : DispatchProxy
    {
        internal ITopologyGrain? Grain { get; set; }

#pragma warning restore CA1852
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Grain;
    }

    private sealed class OtherSilo : IReplicationNode
    {
        public Func<BatchBytes>? Answer { get; set; }

        public int Asked { get; private set; }

        public ValueTask<BatchBytes> StandInAsync(BatchBytes requests)
        {
            Asked++;
            return ValueTask.FromResult(Answer!());
        }

        public ValueTask<BatchBytes?> ReceiveAsync(int from, int node, long run, BatchBytes messages) => throw new NotSupportedException();

        public ValueTask ReceiveChunksAsync(int from, int node, long run, BatchBytes messages) => throw new NotSupportedException();
    }

    private sealed class Authority : ITopologyGrain
    {
        private readonly TaskCompletionSource _wasAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Func<BatchBytes>? Answer { get; set; }

        public Task<BatchBytes>? Late { get; set; }

        public int Asked { get; private set; }

        public Task WasAsked => _wasAsked.Task;

        public ValueTask<BatchBytes> DecideAsync(BatchBytes requests)
        {
            Asked++;
            _wasAsked.TrySetResult();
            return Late is { } late ? new ValueTask<BatchBytes>(late) : ValueTask.FromResult(Answer!());
        }

        public ValueTask<JoinReply> JoinAsync(NodeDescriptor node, long membershipVersion) => throw new NotSupportedException();

        public ValueTask DrainAsync(NodeDescriptor node) => throw new NotSupportedException();

        public ValueTask LeaveAsync(NodeDescriptor node) => throw new NotSupportedException();

        public ValueTask CheckMembershipAsync(long membershipVersion) => throw new NotSupportedException();

        public ValueTask<TopologyMessage?> GetAsync(long knownVersion) => throw new NotSupportedException();
    }
}
