using Orleans.Cache.Contracts.Topology;

namespace Orleans.Cache.Contracts.Nodes;

/// <summary>What a silo says of itself to a topology grain that starts anew. Append-only, guarded by the wire contract test.</summary>
/// <param name="Descriptor">The silo.</param>
/// <param name="Joined">Whether it has joined the grid and not left it.</param>
/// <param name="Topology">The newest topology that it knows.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.node-status")]
public sealed record NodeStatus(
    [property: Id(0)] NodeDescriptor Descriptor,
    [property: Id(1)] bool Joined,
    [property: Id(2)] TopologyMessage? Topology);
