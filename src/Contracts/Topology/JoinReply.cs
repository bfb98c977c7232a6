namespace Orleans.Cache.Contracts.Topology;

/// <summary>The answer to a silo that wants to join. Append-only, guarded by the wire contract test.</summary>
/// <param name="Topology">The topology with the silo in it, or <see langword="null"/> where it was refused.</param>
/// <param name="Refusal">Why it was refused and how to mend it.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.join-reply")]
public sealed record JoinReply([property: Id(0)] TopologyMessage? Topology, [property: Id(1)] string? Refusal);
