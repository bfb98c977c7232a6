using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Client.Routing;

/// <summary>A silo and the references by which this process reaches its door.</summary>
/// <param name="Descriptor">The silo.</param>
/// <param name="Direct">Straight to the silo.</param>
/// <param name="Relayed">Through any gateway, which passes it on: for a client whose list does not have the silo's own gateway yet.</param>
/// <param name="Gateways">The gateways in that list; <see langword="null"/> inside the cluster.</param>
internal sealed record RoutedNode(NodeDescriptor Descriptor, ICacheNode Direct, ICacheNode Relayed, LiveGateways? Gateways)
{
    /// <summary>The shortest way to the silo's door as things stand.</summary>
    public ICacheNode Door =>
        Gateways is null || (Descriptor.Gateway is { } gateway && Gateways.Contains(gateway.Endpoint)) ? Direct : Relayed;

    /// <summary>Takes the longer way for a while, because a call had no answer.</summary>
    public void AvoidDirect()
    {
        if (Descriptor.Gateway is { } gateway)
        {
            Gateways?.Avoid(gateway.Endpoint);
        }
    }
}
