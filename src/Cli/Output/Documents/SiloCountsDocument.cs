namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>The counts of one silo, or of all.</summary>
/// <param name="Silo">The silo; null for the sum.</param>
/// <param name="Hits">Reads that found an entry.</param>
/// <param name="Misses">Reads that found none.</param>
/// <param name="HitRatio">Hits divided by reads, 0 to 1.</param>
/// <param name="Writes">Entries written.</param>
/// <param name="Removals">Entries removed on request.</param>
/// <param name="Evictions">Entries removed to make room.</param>
/// <param name="Expirations">Entries whose time was over.</param>
/// <param name="Entries">Entries held now.</param>
/// <param name="Bytes">Bytes held now.</param>
internal sealed record SiloCountsDocument(
    string? Silo,
    long Hits,
    long Misses,
    double HitRatio,
    long Writes,
    long Removals,
    long Evictions,
    long Expirations,
    long Entries,
    long Bytes)
{
    /// <summary>Makes the document of counts.</summary>
    public static SiloCountsDocument Of(string? silo, CacheStatistics counts) => new(
        silo,
        counts.Hits,
        counts.Misses,
        counts.HitRatio,
        counts.Writes,
        counts.Removals,
        counts.Evictions,
        counts.Expirations,
        counts.Entries,
        counts.Bytes);
}
