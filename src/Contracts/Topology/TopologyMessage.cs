using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Contracts.Topology;

/// <summary>The wire form of a topology snapshot: the partition map and what else callers must know. Append-only, guarded by the wire contract test.</summary>
/// <param name="Version">A later snapshot has a higher version.</param>
/// <param name="Nodes">The grid's silos, in the order of their names.</param>
/// <param name="Owners">For every partition the index of its owner in <paramref name="Nodes"/>, or -1.</param>
/// <param name="Epochs">For every partition its epoch.</param>
/// <param name="Caches">The grid's caches.</param>
/// <param name="Limits">The sizes that the grid accepts.</param>
/// <param name="Replicas">
/// For every partition the indexes of the silos that hold further copies in sync, as many for each as the one with the most has, filled up
/// with -1; <see langword="null"/> where no partition has any.
/// </param>
/// <param name="ReadLevels">
/// For every cache the number of the <see cref="CacheReadLevel"/> of reads that name none; <see langword="null"/> where all are 0.
/// </param>
/// <param name="NearCaches">For every cache whether near copies are kept of it; <see langword="null"/> where none are.</param>
/// <param name="Began">
/// The version that the grid's record began with: tells one life of the grid from another, and a later one has a higher number.
/// </param>
[GenerateSerializer, Immutable, Alias("orleans.cache.topology")]
public sealed record TopologyMessage(
    [property: Id(0)] long Version,
    [property: Id(1)] NodeDescriptor[] Nodes,
    [property: Id(2)] short[] Owners,
    [property: Id(3)] long[] Epochs,
    [property: Id(4)] string[] Caches,
    [property: Id(5)] LimitsMessage Limits,
    [property: Id(6)] short[]? Replicas = null,
    [property: Id(7)] byte[]? ReadLevels = null,
    [property: Id(8)] long Began = 0,
    [property: Id(9)] NearCacheMessage[]? NearCaches = null);
