using Orleans.Cache.Client.Lanes;
using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Client.Routing;

/// <summary>
/// A run of a silo, the references by which this process reaches its door, and its lanes. The same object from map to map. Safe for any number of threads.
/// </summary>
/// <param name="descriptor">The silo.</param>
/// <param name="direct">Straight to the silo.</param>
/// <param name="relayed">Through any gateway, which passes it on: for a client whose list does not have the silo's own gateway yet.</param>
/// <param name="gateways">The gateways in that list; <see langword="null"/> inside the cluster.</param>
/// <param name="lanes">Opens lanes.</param>
internal sealed class RoutedNode(NodeDescriptor descriptor, ICacheNode direct, ICacheNode relayed, LiveGateways? gateways, LaneSet lanes)
{
    private readonly Lock _lock = new();
    private Lane?[] _lanes = [];
    private Lane?[] _relayedLanes = [];

    public NodeDescriptor Descriptor => descriptor;

    public ICacheNode Direct => direct;

    public ICacheNode Relayed => relayed;

    /// <summary>The shortest way to the silo's door as things stand.</summary>
    public ICacheNode Door =>
        gateways is null || (descriptor.Gateway is { } gateway && gateways.Contains(gateway.Endpoint)) ? direct : relayed;

    /// <summary>The way of a cache's operations to this silo.</summary>
    public Lane LaneOf(NamedCache cache)
    {
        var known = Volatile.Read(ref _lanes);
        return cache.Index < known.Length && known[cache.Index] is { } lane ? lane : OpenLane(ref _lanes, cache, isRelayed: false);
    }

    /// <summary>The longer way, for a call that has waited on the other.</summary>
    public Lane RelayedLaneOf(NamedCache cache) => OpenLane(ref _relayedLanes, cache, isRelayed: true);

    /// <summary>Takes the longer way for a while, because a call had no answer.</summary>
    public void AvoidDirect()
    {
        if (descriptor.Gateway is { } gateway)
        {
            gateways?.Avoid(gateway.Endpoint);
        }
    }

    private Lane OpenLane(ref Lane?[] opened, NamedCache cache, bool isRelayed)
    {
        lock (_lock)
        {
            if (cache.Index >= opened.Length)
            {
                var more = new Lane?[cache.Index + 1];
                opened.CopyTo(more, 0);
                Volatile.Write(ref opened, more);
            }

            return opened[cache.Index] ??= lanes.Open(this, cache, isRelayed);
        }
    }
}
