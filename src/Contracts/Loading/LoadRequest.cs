namespace Orleans.Cache.Contracts.Loading;

/// <summary>Asks the owner of a key for the lease to load its value. Append-only, guarded by the wire contract test.</summary>
/// <param name="Silo">The silo that is meant: see <see cref="Nodes.BatchRequest"/>.</param>
/// <param name="Cache">The cache.</param>
/// <param name="Key">The key.</param>
/// <param name="Step">What is wanted.</param>
/// <param name="Token">Of the lease that is held; 0 to ask.</param>
/// <param name="SeenVersion">The version that the asker wants to replace; 0 if it saw none. Another that is not stale is answered with "look".</param>
/// <param name="HoldMilliseconds">How long the silo may wait with its answer; at most a second.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.load-request")]
public readonly record struct LoadRequest(
    [property: Id(0)] SiloAddress Silo,
    [property: Id(1)] string Cache,
    [property: Id(2)] byte[] Key,
    [property: Id(3)] LoadStep Step,
    [property: Id(4)] long Token,
    [property: Id(5)] long SeenVersion,
    [property: Id(6)] int HoldMilliseconds);
