namespace Orleans.Cache.Client.Loading;

/// <summary>What callers share a load by.</summary>
/// <param name="Key">The key.</param>
/// <param name="Type">The type of the value: another one needs a factory of its own.</param>
internal readonly record struct LoadKey(CacheKey Key, Type Type);
