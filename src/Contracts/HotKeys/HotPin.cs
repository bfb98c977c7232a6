namespace Orleans.Cache.Contracts.HotKeys;

/// <summary>That somebody pinned a key, or ended that. Silos tell one another; the higher version counts. Append-only, guarded by the wire contract test.</summary>
/// <param name="Cache">The cache.</param>
/// <param name="Key">The key.</param>
/// <param name="IsPinned">Whether it is pinned.</param>
/// <param name="Version">When that was said, in milliseconds since 1970.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.hot-pin")]
public readonly record struct HotPin(
    [property: Id(0)] string Cache,
    [property: Id(1)] byte[] Key,
    [property: Id(2)] bool IsPinned,
    [property: Id(3)] long Version);
