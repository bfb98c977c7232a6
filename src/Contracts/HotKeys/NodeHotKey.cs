namespace Orleans.Cache.Contracts.HotKeys;

/// <summary>The wire form of <see cref="HotKeyStatus"/>. Append-only, guarded by the wire contract test.</summary>
/// <param name="Cache">See <see cref="HotKeyStatus.Cache"/>.</param>
/// <param name="Key">See <see cref="HotKeyStatus.Key"/>.</param>
/// <param name="ReadsPerSecond">See <see cref="HotKeyStatus.ReadsPerSecond"/>.</param>
/// <param name="WritesPerSecond">See <see cref="HotKeyStatus.WritesPerSecond"/>.</param>
/// <param name="IsPinned">See <see cref="HotKeyStatus.IsPinned"/>.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.node-hot-key")]
public readonly record struct NodeHotKey(
    [property: Id(0)] string Cache,
    [property: Id(1)] byte[] Key,
    [property: Id(2)] double ReadsPerSecond,
    [property: Id(3)] double WritesPerSecond,
    [property: Id(4)] bool IsPinned);
