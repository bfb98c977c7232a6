using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Client.Routing;

/// <summary>
/// Makes references to silos' doors. A door is a service of one silo, so its id holds an address: inside the cluster the silo's own;
/// outside that of its gateway with generation 0, which makes Orleans' client send straight to that gateway, one hop away. A reference is
/// made anew when a silo is.
/// </summary>
internal sealed class NodeReferences(IGrainFactory grains, bool insideCluster)
{
    public ICacheNode Resolve(NodeDescriptor node)
    {
        // A silo without a gateway cannot be reached in one hop: any gateway takes the message, and hands the batch on.
        var address = insideCluster || node.Gateway is null ? node.Address : SiloAddress.New(node.Gateway.Endpoint, 0);
        return Resolve(node.NodeType, address);
    }

    public ICacheNode Resolve(string nodeType, SiloAddress address) =>
        grains.GetGrain<ICacheNode>(SystemTargetGrainId.Create(GrainType.Create(nodeType), address).GrainId);
}
