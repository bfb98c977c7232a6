using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Client.Routing;

/// <summary>
/// Makes references to silos' doors. A door is a service of one silo, so its id holds an address: inside the cluster the silo's own;
/// outside that of its gateway with generation 0, which makes Orleans' client send straight to that gateway, one hop away, once it has the
/// gateway in its list. A reference is made anew when a silo is.
/// </summary>
internal sealed class NodeReferences(IGrainFactory grains, LiveGateways? gateways)
{
    public RoutedNode Resolve(NodeDescriptor node)
    {
        // A silo that cannot be reached in one hop has its own address: any gateway takes the message, and the cluster delivers it.
        var relayed = Resolve(node.NodeType, node.Address);
        var direct = gateways is null || node.Gateway is null
            ? relayed
            : Resolve(node.NodeType, SiloAddress.New(node.Gateway.Endpoint, 0));
        return new RoutedNode(node, direct, relayed, gateways);
    }

    public ICacheNode Resolve(string nodeType, SiloAddress address) =>
        grains.GetGrain<ICacheNode>(SystemTargetGrainId.Create(GrainType.Create(nodeType), address).GrainId);
}
