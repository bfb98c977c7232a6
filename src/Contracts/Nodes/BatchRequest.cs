namespace Orleans.Cache.Contracts.Nodes;

/// <summary>A batch of operations for one silo. Append-only, guarded by the wire contract test.</summary>
/// <param name="Silo">
/// The silo the batch is meant for. A message is addressed to a gateway, and the silo behind that may be another run by now, with other
/// partitions: it refuses what was meant for its predecessor.
/// </param>
/// <param name="MapVersion">The version of the partition map that the batch was routed by.</param>
/// <param name="Cache">The cache's name.</param>
/// <param name="Operations">The operations: see docs/formats/batch.md.</param>
/// <param name="SentAfter">
/// A time of the silo's clock, in microseconds, that was surely over when the batch was sent; 0 where none is known, or no operation has an id.
/// </param>
[GenerateSerializer, Immutable, Alias("orleans.cache.batch-request")]
public readonly record struct BatchRequest(
    [property: Id(0)] SiloAddress Silo,
    [property: Id(1)] long MapVersion,
    [property: Id(2)] string Cache,
    [property: Id(3)] BatchBytes Operations,
    [property: Id(4)] long SentAfter = 0);
