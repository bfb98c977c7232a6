using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Client.Routing;

/// <summary>Everything that a call is routed and checked by, in one immutable snapshot: the partition map, the silos' doors, caches and limits.</summary>
internal sealed class GridSnapshot : IVersionedSnapshot
{
    // What any grid may at most be configured to accept. Must stand before None, which is made of it.
    private static readonly CacheLimits WidestLimits = new()
    {
        MaxKeyBytes = ushort.MaxValue,
        MaxValueBytes = int.MaxValue,
        MaxBatchOperations = int.MaxValue,
        MaxBatchBytes = long.MaxValue,
    };

    /// <summary>What a process knows before its first contact with the grid.</summary>
    public static readonly GridSnapshot None = new();

    private readonly Dictionary<string, CacheReadLevel> _caches;
    private readonly Dictionary<string, NearCacheMessage> _nearCaches = new(StringComparer.Ordinal);
    private readonly RoutedNode[] _nodes;

    /// <summary>Makes a snapshot of a message.</summary>
    /// <exception cref="InvalidDataException">The message contradicts itself.</exception>
    public GridSnapshot(TopologyMessage message, NodeReferences references)
    {
        Message = message;
        Map = new PartitionMap(
            message.Version,
            message.Owners.Length,
            [.. message.Nodes.Select(static node => node.ToMapSilo())],
            message.Owners,
            message.Epochs,
            message.Replicas ?? [],
            (message.Replicas?.Length ?? 0) / Math.Max(1, message.Owners.Length));
        _nodes = references.Resolve(message.Nodes);
        Limits = message.Limits.ToLimits();
        _caches = new(StringComparer.Ordinal);
        for (var cache = 0; cache < message.Caches.Length; cache++)
        {
            _caches[message.Caches[cache]] = cache < message.ReadLevels?.Length ? (CacheReadLevel)message.ReadLevels[cache] : CacheReadLevel.Owner;
            if (cache < message.NearCaches?.Length)
            {
                _nearCaches[message.Caches[cache]] = message.NearCaches[cache];
            }
        }
    }

    private GridSnapshot()
    {
        Map = PartitionMap.Empty(partitionCount: 1);
        _nodes = [];
        Limits = WidestLimits;
        _caches = [];
    }

    public long Version => Map.Version;

    /// <summary>The message it was made of; <see langword="null"/> for <see cref="None"/>.</summary>
    public TopologyMessage? Message { get; }

    public PartitionMap Map { get; }

    /// <summary>The silos, by the indexes that <see cref="Map"/> uses.</summary>
    public IReadOnlyList<RoutedNode> Nodes => _nodes;

    public CacheLimits Limits { get; }

    public IReadOnlyList<string> Caches => Message?.Caches ?? [];

    /// <summary>Whether the grid was reached at all.</summary>
    public bool IsKnown => Message is not null;

    /// <summary>The level of reads of a cache that name none.</summary>
    public CacheReadLevel ReadLevelOf(string cache) => _caches.GetValueOrDefault(cache);

    /// <summary>Whether near copies are kept of a cache.</summary>
    public NearCacheMessage NearCacheOf(string cache) => _nearCaches.GetValueOrDefault(cache);

    public bool HasCache(string name) => _caches.ContainsKey(name);

    /// <summary>How many partitions have fewer copies in sync than the silos that stay could hold of those wanted.</summary>
    public int CountLackingCopies()
    {
        var nodes = Message?.Nodes ?? [];
        var wanted = nodes.Length == 0 ? 0 : Math.Min(nodes.Max(static node => node.Replicas) + 1, nodes.Count(static node => !node.IsLeaving));
        return Enumerable.Range(0, Map.PartitionCount).Count(partition => (Map.OwnerOf(partition) < 0 ? 0 : 1 + Map.ReplicasOf(partition).Length) < wanted);
    }

    /// <summary>The node that owns a partition, or <see langword="null"/> where none does.</summary>
    public RoutedNode? OwnerOf(int partition) => Map.OwnerOf(partition) is >= 0 and var owner ? _nodes[owner] : null;
}
