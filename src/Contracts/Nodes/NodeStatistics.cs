namespace Orleans.Cache.Contracts.Nodes;

/// <summary>What a silo counted, for every cache. Append-only, guarded by the wire contract test.</summary>
/// <param name="Silo">The silo's name.</param>
/// <param name="MemoryBudgetBytes">The memory that its entries may use.</param>
/// <param name="Caches">The counts of each cache.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.node-statistics")]
public sealed record NodeStatistics(
    [property: Id(0)] string Silo,
    [property: Id(1)] long MemoryBudgetBytes,
    [property: Id(2)] CacheStatistics[] Caches);
