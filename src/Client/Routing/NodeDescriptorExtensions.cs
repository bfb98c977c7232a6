using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Client.Routing;

/// <summary>Turns descriptors into what the ring knows.</summary>
internal static class NodeDescriptorExtensions
{
    public static MapSilo ToMapSilo(this NodeDescriptor node) => new(
        node.Name,
        node.Address.ToParsableString(),
        node.Gateway?.Endpoint.ToString() ?? string.Empty,
        node.Weight,
        node.Zone);
}
