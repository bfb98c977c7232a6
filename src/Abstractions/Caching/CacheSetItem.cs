namespace Orleans.Cache;

/// <summary>One entry of a set-many.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value; not copied before the call returns, and must not change until then.</param>
/// <param name="Options">How the entry is written.</param>
public readonly record struct CacheSetItem(CacheKey Key, ReadOnlyMemory<byte> Value, CacheSetOptions Options = default);
