namespace Orleans.Cache.Contracts.Topology;

/// <summary>Whether near copies are kept of a cache. Append-only, guarded by the wire contract test.</summary>
/// <param name="Mode">What keeps them from going stale.</param>
/// <param name="Staleness">For how long they are read without news.</param>
/// <param name="HotCopies">How many silos besides its owner are asked for a hot key; 0 where there are no hot keys.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.near-cache")]
public readonly record struct NearCacheMessage(
    [property: Id(0)] CacheNearMode Mode,
    [property: Id(1)] TimeSpan Staleness,
    [property: Id(2)] int HotCopies = 0)
{
    /// <summary>What a cache's options say.</summary>
    public static NearCacheMessage From(CacheOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(options.NearCache, options.NearCacheStaleness, options.HotKeys ? options.HotKeyCopies ?? int.MaxValue : 0);
    }
}
