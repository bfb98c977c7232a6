namespace Orleans.Cache.Contracts.Nodes;

/// <summary>Turns <see cref="CacheStatistics"/> into its wire form and back.</summary>
[RegisterConverter]
public sealed class CacheStatisticsConverter : IConverter<CacheStatistics, CacheStatisticsSurrogate>
{
    /// <inheritdoc/>
    public CacheStatistics ConvertFromSurrogate(in CacheStatisticsSurrogate surrogate) => new()
    {
        Cache = surrogate.Cache,
        Entries = surrogate.Entries,
        Bytes = surrogate.Bytes,
        Hits = surrogate.Hits,
        Misses = surrogate.Misses,
        Writes = surrogate.Writes,
        Removals = surrogate.Removals,
        Evictions = surrogate.Evictions,
        Expirations = surrogate.Expirations,
        ReplicaEntries = surrogate.ReplicaEntries,
        ReplicaBytes = surrogate.ReplicaBytes,
    };

    /// <inheritdoc/>
    public CacheStatisticsSurrogate ConvertToSurrogate(in CacheStatistics value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new()
        {
            Cache = value.Cache,
            Entries = value.Entries,
            Bytes = value.Bytes,
            Hits = value.Hits,
            Misses = value.Misses,
            Writes = value.Writes,
            Removals = value.Removals,
            Evictions = value.Evictions,
            Expirations = value.Expirations,
            ReplicaEntries = value.ReplicaEntries,
            ReplicaBytes = value.ReplicaBytes,
        };
    }
}
