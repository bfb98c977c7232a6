using System.Collections.Frozen;
using System.Net;

namespace Orleans.Cache.Client.Routing;

/// <summary>
/// The gateways that the Orleans client has in its list. It sends straight to these only; a message for any other it hands to one of them,
/// and there it is lost, because a gateway's address is no silo's. Safe for any number of threads.
/// </summary>
internal sealed class LiveGateways
{
    private FrozenSet<IPEndPoint> _endpoints = FrozenSet<IPEndPoint>.Empty;

    public bool Contains(IPEndPoint gateway) => Volatile.Read(ref _endpoints).Contains(gateway);

    public void Replace(IEnumerable<IPEndPoint> gateways) => Volatile.Write(ref _endpoints, gateways.ToFrozenSet());
}
