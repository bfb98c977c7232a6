namespace Orleans.Cache;

/// <summary>What one silo counted since it started, for every cache.</summary>
/// <param name="Silo">The silo's name.</param>
/// <param name="MemoryBudgetBytes">The memory that its entries may use.</param>
/// <param name="Caches">The counts of each cache.</param>
/// <param name="Snapshots">How its snapshots are doing; <see langword="null"/>: it has none.</param>
public sealed record SiloStatistics(string Silo, long MemoryBudgetBytes, IReadOnlyList<CacheStatistics> Caches, SnapshotStatistics? Snapshots = null);
