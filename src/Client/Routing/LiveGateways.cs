using System.Collections.Frozen;
using System.Net;

namespace Orleans.Cache.Client.Routing;

/// <summary>
/// The gateways that the Orleans client has in its list. It sends straight to these only; a message for any other it hands to one of them,
/// which takes the gateway's address for a silo's and connects to it as to a silo: the message is lost, and the silo's own connections
/// suffer. So a gateway counts as live only when it surely is, and not for a while after a call through it failed, which is when the client
/// may have struck it off. Safe for any number of threads.
/// </summary>
internal sealed class LiveGateways
{
    // The client lists a gateway that failed again after one to two periods of its refresh.
    private const int ListingsToRecover = 3;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPEndPoint, int> _avoided = [];
    private FrozenSet<IPEndPoint> _offered = FrozenSet<IPEndPoint>.Empty;
    private FrozenSet<IPEndPoint> _live = FrozenSet<IPEndPoint>.Empty;

    public bool Contains(IPEndPoint gateway) => Volatile.Read(ref _live).Contains(gateway);

    /// <summary>Called whenever the client asks for the gateways, with the answer. It takes them over afterwards, so those of the last answer are in its list.</summary>
    public void Offer(IEnumerable<IPEndPoint> gateways)
    {
        lock (_lock)
        {
            var offered = gateways.ToFrozenSet();
            foreach (var (gateway, listings) in _avoided.ToArray())
            {
                _avoided[gateway] = listings - 1;
                if (listings <= 1)
                {
                    _avoided.Remove(gateway);
                }
            }

            Volatile.Write(ref _live, _offered.Where(gateway => offered.Contains(gateway) && !_avoided.ContainsKey(gateway)).ToFrozenSet());
            _offered = offered;
        }
    }

    /// <summary>Called when a call through a gateway had no answer.</summary>
    public void Avoid(IPEndPoint gateway)
    {
        lock (_lock)
        {
            _avoided[gateway] = ListingsToRecover;
            Volatile.Write(ref _live, _live.Where(live => !live.Equals(gateway)).ToFrozenSet());
        }
    }
}
