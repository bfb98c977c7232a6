namespace Orleans.Cache;

/// <summary>What was counted for one cache.</summary>
public sealed record CacheStatistics
{
    /// <summary>The cache's name.</summary>
    public required string Cache { get; init; }

    /// <summary>Entries held now in partitions that the silo owns: the sum over all silos counts each entry once.</summary>
    public long Entries { get; init; }

    /// <summary>Bytes held now: keys, values and overhead; without those of <see cref="ReplicaBytes"/>.</summary>
    public long Bytes { get; init; }

    /// <summary>Entries held now in partitions that other silos own, as replicas.</summary>
    public long ReplicaEntries { get; init; }

    /// <summary>Bytes of those entries: keys, values and what lies unused beside each.</summary>
    public long ReplicaBytes { get; init; }

    /// <summary>Reads that found an entry.</summary>
    public long Hits { get; init; }

    /// <summary>Reads that found none.</summary>
    public long Misses { get; init; }

    /// <summary>Entries written.</summary>
    public long Writes { get; init; }

    /// <summary>Entries removed on request.</summary>
    public long Removals { get; init; }

    /// <summary>Entries removed to make room.</summary>
    public long Evictions { get; init; }

    /// <summary>Entries whose time was over.</summary>
    public long Expirations { get; init; }

    /// <summary>Hits divided by reads, 0 to 1; 0 before the first read.</summary>
    public double HitRatio => Hits + Misses == 0 ? 0 : (double)Hits / (Hits + Misses);

    /// <summary>The sum of two counts of the same cache.</summary>
    public CacheStatistics Plus(CacheStatistics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with
        {
            Entries = Entries + other.Entries,
            Bytes = Bytes + other.Bytes,
            ReplicaEntries = ReplicaEntries + other.ReplicaEntries,
            ReplicaBytes = ReplicaBytes + other.ReplicaBytes,
            Hits = Hits + other.Hits,
            Misses = Misses + other.Misses,
            Writes = Writes + other.Writes,
            Removals = Removals + other.Removals,
            Evictions = Evictions + other.Evictions,
            Expirations = Expirations + other.Expirations,
        };
    }
}
