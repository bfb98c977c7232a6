namespace Orleans.Cache.Contracts.Events;

/// <summary>Asks a silo where it sends its events. Append-only, guarded by the wire contract test.</summary>
/// <param name="Silo">The silo that is meant: see <see cref="Nodes.BatchRequest"/>.</param>
/// <param name="Silent">The key of a stream that the caller is subscribed to and hears nothing on, though it should; else <see langword="null"/>.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.event-stream-request")]
public readonly record struct EventStreamRequest(
    [property: Id(0)] SiloAddress Silo,
    [property: Id(1)] string? Silent);
