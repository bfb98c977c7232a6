namespace Orleans.Cache.Contracts.Nodes;

/// <summary>Where a silo takes data connections: see docs/formats/data-connection.md. Append-only, guarded by the wire contract test.</summary>
/// <param name="Port">The port, at the silo's address.</param>
/// <param name="Key">What a client shows when it connects: whoever knows it has been let into the cluster by Orleans.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.data-door")]
public sealed record DataDoor(
    [property: Id(0)] int Port,
    [property: Id(1)] byte[] Key);
