namespace Orleans.Cache.Client.Loading;

/// <summary>What is to be loaded, and how.</summary>
/// <param name="Key">The key, in bytes of its own.</param>
/// <param name="Factory">Asks the source.</param>
/// <param name="Settings">How it is loaded and stored.</param>
/// <param name="Older">What is there, stale or to be refreshed; else nothing.</param>
/// <param name="Concern">How many copies have the value before it is acknowledged; <see langword="null"/>: as the cache says.</param>
internal sealed record LoadOrder<T>(
    CacheKey Key, Func<CacheLoadContext, CancellationToken, ValueTask<T>> Factory, LoadSettings Settings, CacheEntry Older, CacheWriteConcern? Concern);
