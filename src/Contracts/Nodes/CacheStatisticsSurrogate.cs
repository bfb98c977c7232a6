namespace Orleans.Cache.Contracts.Nodes;

/// <summary>The wire form of <see cref="CacheStatistics"/>, which knows nothing of Orleans. Append-only, guarded by the wire contract test.</summary>
[GenerateSerializer, Immutable, Alias("orleans.cache.cache-statistics")]
public readonly record struct CacheStatisticsSurrogate
{
    /// <inheritdoc cref="CacheStatistics.Cache"/>
    [Id(0)]
    public string Cache { get; init; }

    /// <inheritdoc cref="CacheStatistics.Entries"/>
    [Id(1)]
    public long Entries { get; init; }

    /// <inheritdoc cref="CacheStatistics.Bytes"/>
    [Id(2)]
    public long Bytes { get; init; }

    /// <inheritdoc cref="CacheStatistics.Hits"/>
    [Id(3)]
    public long Hits { get; init; }

    /// <inheritdoc cref="CacheStatistics.Misses"/>
    [Id(4)]
    public long Misses { get; init; }

    /// <inheritdoc cref="CacheStatistics.Writes"/>
    [Id(5)]
    public long Writes { get; init; }

    /// <inheritdoc cref="CacheStatistics.Removals"/>
    [Id(6)]
    public long Removals { get; init; }

    /// <inheritdoc cref="CacheStatistics.Evictions"/>
    [Id(7)]
    public long Evictions { get; init; }

    /// <inheritdoc cref="CacheStatistics.Expirations"/>
    [Id(8)]
    public long Expirations { get; init; }

    /// <inheritdoc cref="CacheStatistics.ReplicaEntries"/>
    [Id(9)]
    public long ReplicaEntries { get; init; }

    /// <inheritdoc cref="CacheStatistics.ReplicaBytes"/>
    [Id(10)]
    public long ReplicaBytes { get; init; }
}
