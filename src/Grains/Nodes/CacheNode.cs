using Microsoft.Extensions.Logging;
using Orleans.Cache.Contracts.Events;
using Orleans.Cache.Contracts.HotKeys;
using Orleans.Cache.Contracts.Invalidation;
using Orleans.Cache.Contracts.Loading;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Replication;
using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.Grains.Connections;
using Orleans.Cache.Grains.Events;
using Orleans.Cache.Grains.HotKeys;
using Orleans.Cache.Grains.Invalidation;
using Orleans.Cache.Grains.Loading;
using Orleans.Cache.Grains.Partitions;
using Orleans.Cache.Grains.Replication;
using Orleans.Cache.Grains.Snapshots;
using Orleans.Cache.Grains.Topology;
using Orleans.Cache.Grains.Topology.Stores;

namespace Orleans.Cache.Grains.Nodes;

/// <summary>This silo's door: see <see cref="ICacheNode"/> and <see cref="IReplicationNode"/>. The work is done by the collaborators it hands everything to.</summary>
internal sealed class CacheNode(
    GrainId id,
    Silo silo,
    ILoggerFactory loggerFactory,
    BatchExecutor executor,
    PacketReceiver receiver,
    StandInAuthority standIn,
    NodeTopology topology,
    MemoryTopologyStore record,
    FeedService feed,
    SnapshotExchange snapshots,
    SnapshotStatus snapshotStatus,
    LoadService loads,
    MoveReport moves,
    EventPublisher events,
    HotKeyReport hotKeys,
    PinnedKeys pins,
    DataListener data)
    : GrainService(id, silo, loggerFactory), ICacheNode, IReplicationNode, ITopologyStoreNode, ISnapshotNode
{
    public override Task Init(IServiceProvider serviceProvider)
    {
        topology.NodeType = this.GetGrainId().Type.ToString()!;
        return base.Init(serviceProvider);
    }

    public ValueTask<BatchReply> ExecuteAsync(BatchRequest request)
    {
        using (request.Operations)
        {
            return request.Silo.Equals(topology.LocalSilo)
                ? executor.ExecuteAsync(request.Cache, request.Operations is { } operations ? operations.Span : default, request.SentAfter)
                : ValueTask.FromResult(new BatchReply(BatchOutcome.WrongSilo, topology.Current.Version, null, null));
        }
    }

    public ValueTask<NodeStatus> DescribeAsync() => ValueTask.FromResult(topology.Describe());

    public ValueTask<TopologyMessage?> GetTopologyAsync(long knownVersion)
    {
        var snapshot = topology.Current;
        return ValueTask.FromResult(snapshot.Version > knownVersion ? snapshot.Message : null);
    }

    public ValueTask PublishAsync(TopologyMessage message)
    {
        topology.Take(message);
        return ValueTask.CompletedTask;
    }

    public ValueTask<BatchBytes?> ReceiveAsync(int from, int node, long run, BatchBytes messages) =>
        new(receiver.ReceiveAsync(from, node, run, messages));

    public ValueTask ReceiveChunksAsync(int from, int node, long run, BatchBytes messages) =>
        new(receiver.ReceiveChunksAsync(from, node, run, messages));

    public async ValueTask<BatchBytes> StandInAsync(BatchBytes requests)
    {
        using (requests)
        {
            return await standIn.StandInAsync(requests);
        }
    }

    public async ValueTask<StoredTopologyMessage?> ReadTopologyAsync() =>
        await record.ReadAsync(CancellationToken.None) is { } stored ? new StoredTopologyMessage(stored.Version, stored.Content) : null;

    public ValueTask<bool> TryWriteTopologyAsync(byte[] content, long expectedVersion) =>
        record.TryWriteAsync(content, expectedVersion, CancellationToken.None);

    public ValueTask<NodeStatistics> GetStatisticsAsync() => ValueTask.FromResult(executor.GetStatistics(topology.Settings) with { Snapshots = snapshotStatus.Now });

    public ValueTask<SnapshotOffer[]> ListSnapshotsAsync(int[] partitions) => snapshots.ListAsync(partitions);

    public ValueTask<byte[]?> ReadSnapshotAsync(int partition, long writtenAt, long offset) => snapshots.ReadAsync(partition, writtenAt, offset);

    public ValueTask<FollowReply> FollowAsync(FollowRequest request) =>
        request.Silo.Equals(topology.LocalSilo) ? feed.FollowAsync(request) : ValueTask.FromResult(default(FollowReply));

    public ValueTask<NodeMoves> GetMovesAsync() => ValueTask.FromResult(moves.Compose());

    public async ValueTask<LoadReply> LoadAsync(LoadRequest request) =>
        request.Silo.Equals(topology.LocalSilo) ? await loads.LoadAsync(request) with { MapVersion = topology.Current.Version } : default;

    public ValueTask<EventStreamReply> GetEventStreamAsync(EventStreamRequest request) =>
        ValueTask.FromResult(request.Silo.Equals(topology.LocalSilo) ? events.Describe(request.Silent) : default);

    public ValueTask<NodeHotKeys> GetHotKeysAsync() => ValueTask.FromResult(hotKeys.Compose());

    public ValueTask<bool> PinAsync(HotPin[] pinned) => ValueTask.FromResult(pins.Take(pinned));

    public ValueTask NoteHotReadsAsync(HotKeyReads[] reads)
    {
        hotKeys.Take(reads);
        return ValueTask.CompletedTask;
    }

    public ValueTask<DataDoor?> GetDataDoorAsync() => ValueTask.FromResult(data.Door);
}
