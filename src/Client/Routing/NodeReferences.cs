using Orleans.Cache.Client.Connections;
using Orleans.Cache.Client.Lanes;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Topology;

namespace Orleans.Cache.Client.Routing;

/// <summary>
/// Makes references to silos' doors. A door is a service of one silo, so its id holds an address: inside the cluster the silo's own;
/// outside that of its gateway with generation 0, which makes Orleans' client send straight to that gateway, one hop away, once it has the
/// gateway in its list. A reference is made anew when a silo is. Safe for any number of threads.
/// </summary>
internal sealed class NodeReferences(IGrainFactory grains, LiveGateways? gateways, DataLinks data, LaneSet lanes)
{
    private readonly Lock _lock = new();
    private Dictionary<SiloAddress, RoutedNode> _nodes = [];

    /// <summary>Resolves the silos of a map. Those of the last one keep their objects, and with them their lanes.</summary>
    public RoutedNode[] Resolve(IReadOnlyList<NodeDescriptor> descriptors)
    {
        lock (_lock)
        {
            var known = _nodes;
            _nodes = descriptors.ToDictionary(
                static descriptor => descriptor.Address,
                descriptor => known.TryGetValue(descriptor.Address, out var node) ? node : Resolve(descriptor));
            if (known.Keys.Any(silo => !_nodes.ContainsKey(silo)))
            {
                lanes.OnWayLost();
            }

            return [.. descriptors.Select(descriptor => _nodes[descriptor.Address])];
        }
    }

    public ICacheNode Resolve(string nodeType, SiloAddress address) =>
        grains.GetGrain<ICacheNode>(SystemTargetGrainId.Create(GrainType.Create(nodeType), address).GrainId);

    /// <summary>The door of a silo that keeps the grid's record in its memory.</summary>
    public ITopologyStoreNode ResolveStore(string nodeType, SiloAddress address) =>
        grains.GetGrain<ITopologyStoreNode>(SystemTargetGrainId.Create(GrainType.Create(nodeType), address).GrainId);

    private RoutedNode Resolve(NodeDescriptor node)
    {
        // A silo that cannot be reached in one hop has its own address: any gateway takes the message, and the cluster delivers it.
        var relayed = Resolve(node.NodeType, node.Address);
        var direct = gateways is null || node.Gateway is null
            ? relayed
            : Resolve(node.NodeType, SiloAddress.New(node.Gateway.Endpoint, 0));
        return new RoutedNode(node, direct, relayed, gateways, data.Make(node, relayed), lanes);
    }
}
