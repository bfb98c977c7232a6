namespace Orleans.Cache.Contracts.Nodes;

/// <summary>What a silo counted, for every cache. Append-only, guarded by the wire contract test.</summary>
/// <param name="Silo">The silo's name.</param>
/// <param name="MemoryBudgetBytes">The memory that its entries may use.</param>
/// <param name="Caches">The counts of each cache.</param>
/// <param name="Snapshots">How its snapshots are doing; <see langword="null"/>: it has none.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.node-statistics")]
public sealed record NodeStatistics(
    [property: Id(0)] string Silo,
    [property: Id(1)] long MemoryBudgetBytes,
    [property: Id(2)] CacheStatistics[] Caches,
    [property: Id(3)] NodeSnapshots? Snapshots = null);
