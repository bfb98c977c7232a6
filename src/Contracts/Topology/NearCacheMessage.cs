namespace Orleans.Cache.Contracts.Topology;

/// <summary>Whether near copies are kept of a cache. Append-only, guarded by the wire contract test.</summary>
/// <param name="Mode">What keeps them from going stale.</param>
/// <param name="Staleness">For how long they are read without news.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.near-cache")]
public readonly record struct NearCacheMessage(
    [property: Id(0)] CacheNearMode Mode,
    [property: Id(1)] TimeSpan Staleness)
{
    /// <summary>What a cache's options say.</summary>
    public static NearCacheMessage From(CacheOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(options.NearCache, options.NearCacheStaleness);
    }
}
