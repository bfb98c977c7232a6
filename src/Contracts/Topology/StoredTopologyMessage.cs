using System.Diagnostics.CodeAnalysis;

namespace Orleans.Cache.Contracts.Topology;

/// <summary>The wire form of the grid's record, as the silo that keeps it has it. Append-only, guarded by the wire contract test.</summary>
/// <param name="Version">1 for the first record; each write adds 1.</param>
/// <param name="Content">As docs/formats/topology.md has it.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.stored-topology")]
[SuppressMessage("Performance", "CA1819", Justification = "A wire message: nobody changes it.")]
public sealed record StoredTopologyMessage([property: Id(0)] long Version, [property: Id(1)] byte[] Content);
