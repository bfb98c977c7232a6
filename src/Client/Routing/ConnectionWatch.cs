using Orleans.Cache.Client.Lanes;

namespace Orleans.Cache.Client.Routing;

/// <summary>Learns from the Orleans client that a connection to a gateway broke. What was sent through it Orleans lets wait for its answer.</summary>
internal sealed class ConnectionWatch(LaneSet lanes) : IClusterConnectionStatusObserver
{
    public void NotifyGatewayCountChanged(int currentNumberOfGateways, int previousNumberOfGateways, bool connectionRecovered)
    {
        if (currentNumberOfGateways < previousNumberOfGateways)
        {
            lanes.OnWayLost();
        }
    }

    public void NotifyClusterConnectionLost() => lanes.OnWayLost();
}
