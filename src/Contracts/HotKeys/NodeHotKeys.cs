namespace Orleans.Cache.Contracts.HotKeys;

/// <summary>What a silo says of hot keys. Append-only, guarded by the wire contract test.</summary>
/// <param name="Silo">The silo.</param>
/// <param name="Keys">The hot keys that it owns.</param>
/// <param name="Pins">What it knows of pinned keys, wherever they belong.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.node-hot-keys")]
public sealed record NodeHotKeys(
    [property: Id(0)] string Silo,
    [property: Id(1)] NodeHotKey[] Keys,
    [property: Id(2)] HotPin[] Pins);
