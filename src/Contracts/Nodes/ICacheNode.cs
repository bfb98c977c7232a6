using Orleans.Cache.Contracts.Events;
using Orleans.Cache.Contracts.HotKeys;
using Orleans.Cache.Contracts.Invalidation;
using Orleans.Cache.Contracts.Loading;
using Orleans.Cache.Contracts.Topology;
using Orleans.Services;

namespace Orleans.Cache.Contracts.Nodes;

/// <summary>
/// The door into one silo: a service that every silo of the grid runs once, reached in one hop from clients (through that silo's own
/// gateway) and from other silos. It executes batches on the silo's shards and queues behind no grain's turn.
/// </summary>
[Alias("orleans.cache.node")]
public interface ICacheNode : IGrainService
{
    /// <summary>Executes a batch of operations on one cache.</summary>
    [Alias("execute")]
    [ResponseTimeout("00:00:02")]
    ValueTask<BatchReply> ExecuteAsync(BatchRequest request);

    /// <summary>What the silo is, and the newest topology that it knows.</summary>
    [Alias("describe")]
    [ResponseTimeout("00:00:02")]
    ValueTask<NodeStatus> DescribeAsync();

    /// <summary>The newest topology that the silo knows.</summary>
    /// <param name="knownVersion">The version that the caller has already.</param>
    /// <returns><see langword="null"/> when the silo knows none that is newer.</returns>
    [Alias("topology")]
    [ResponseTimeout("00:00:02")]
    ValueTask<TopologyMessage?> GetTopologyAsync(long knownVersion);

    /// <summary>Takes a topology from the topology grain; an older one than the silo has is ignored.</summary>
    [Alias("publish")]
    [ResponseTimeout("00:00:02")]
    ValueTask PublishAsync(TopologyMessage message);

    /// <summary>What the silo counted.</summary>
    [Alias("statistics")]
    [ResponseTimeout("00:00:02")]
    ValueTask<NodeStatistics> GetStatisticsAsync();

    /// <summary>What changed on the silo since the last answer, once something did or the caller's time of waiting is over.</summary>
    [Alias("follow")]
    [ResponseTimeout("00:00:03")]
    ValueTask<FollowReply> FollowAsync(FollowRequest request);

    /// <summary>Which of the silo's partitions are on the move.</summary>
    [Alias("moves")]
    [ResponseTimeout("00:00:02")]
    ValueTask<NodeMoves> GetMovesAsync();

    /// <summary>Asks for the lease to load a key's value, keeps it or gives it back. Whoever asks may wait until it is free or the value is there.</summary>
    [Alias("load")]
    [ResponseTimeout("00:00:03")]
    ValueTask<LoadReply> LoadAsync(LoadRequest request);

    /// <summary>Where the silo sends what happens in its caches, for those who read it.</summary>
    [Alias("event-stream")]
    [ResponseTimeout("00:00:02")]
    ValueTask<EventStreamReply> GetEventStreamAsync(EventStreamRequest request);

    /// <summary>The keys that are hot on the silo, and what it knows of keys that are pinned.</summary>
    [Alias("hot-keys")]
    [ResponseTimeout("00:00:02")]
    ValueTask<NodeHotKeys> GetHotKeysAsync();

    /// <summary>Pins keys, or ends that, where the silo knows nothing newer.</summary>
    /// <returns>Whether all of them were taken: not if a cache has no hot keys, or too many that are pinned.</returns>
    [Alias("pin")]
    [ResponseTimeout("00:00:02")]
    ValueTask<bool> PinAsync(HotPin[] pins);

    /// <summary>Tells an owner how often another silo has answered for it from copies of hot keys.</summary>
    [Alias("hot-reads")]
    [ResponseTimeout("00:00:02")]
    ValueTask NoteHotReadsAsync(HotKeyReads[] reads);

    /// <summary>Where the silo takes data connections.</summary>
    /// <returns><see langword="null"/>: it takes none.</returns>
    [Alias("data-door")]
    [ResponseTimeout("00:00:02")]
    ValueTask<DataDoor?> GetDataDoorAsync();
}
