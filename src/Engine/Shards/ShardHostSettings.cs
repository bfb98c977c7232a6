namespace Orleans.Cache.Engine.Shards;

/// <summary>What a silo's shards are made by.</summary>
internal sealed record ShardHostSettings
{
    /// <summary>A power of two, 1 to 16,384.</summary>
    public required int PartitionCount { get; init; }

    /// <summary>The memory that all entries of the silo may use, keys and overhead included.</summary>
    public required long MemoryBudgetBytes { get; init; }

    public required CacheLimits Limits { get; init; }

    /// <summary>The caches by name.</summary>
    public required IReadOnlyDictionary<string, CacheOptions> Caches { get; init; }
}
