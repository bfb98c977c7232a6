namespace Orleans.Cache.Contracts.Nodes;

/// <summary>A batch of operations for one silo. Append-only, guarded by the wire contract test.</summary>
/// <param name="Silo">
/// The silo the batch is meant for. A client that has no connection to that silo's gateway hands the message to any other, which would
/// otherwise take it for its own.
/// </param>
/// <param name="MapVersion">The version of the partition map that the batch was routed by.</param>
/// <param name="Cache">The cache's name.</param>
/// <param name="Operations">The operations: see docs/formats/batch.md.</param>
/// <param name="Forwarded">Whether another silo handed the batch on; it is then not handed on again.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.batch-request")]
public readonly record struct BatchRequest(
    [property: Id(0)] SiloAddress Silo,
    [property: Id(1)] long MapVersion,
    [property: Id(2)] string Cache,
    [property: Id(3)] byte[] Operations,
    [property: Id(4)] bool Forwarded);
