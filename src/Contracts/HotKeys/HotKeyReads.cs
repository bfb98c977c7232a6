namespace Orleans.Cache.Contracts.HotKeys;

/// <summary>How often a silo has read its copy of a hot key since it last said so. Append-only, guarded by the wire contract test.</summary>
/// <param name="Cache">The cache.</param>
/// <param name="Key">The key.</param>
/// <param name="Reads">How often.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.hot-key-reads")]
public readonly record struct HotKeyReads(
    [property: Id(0)] string Cache,
    [property: Id(1)] byte[] Key,
    [property: Id(2)] long Reads);
