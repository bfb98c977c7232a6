using System.Net;
using Microsoft.Extensions.Options;
using Orleans.Messaging;

namespace Orleans.Cache.Client.Routing;

/// <summary>
/// The gateways that the Orleans client connects to: those that were configured, and those that the topology names. With the configured
/// ones alone a client that knows one gateway would send everything through it.
/// </summary>
internal sealed class GridGateways(IServiceProvider services, LiveGateways live, IOptions<CacheGridClientOptions> options) : IGatewayListProvider
{
    private IReadOnlyList<IPEndPoint> _seeds = [];

    // The topology needs the grain factory, which needs the gateways: resolved at the first use, not in the constructor.
    private ITopologySource? _topology;

    public TimeSpan MaxStaleness => options.Value.RefreshPeriod;

    public bool IsUpdatable => true;

    public async Task InitializeGatewayListProvider() => _seeds = await GatewayEndPoints.ResolveAsync(options.Value.Gateways).ConfigureAwait(false);

    public Task<IList<Uri>> GetGateways()
    {
        _topology ??= (ITopologySource)services.GetService(typeof(ITopologySource))!;
        var known = _topology.Current.Nodes
            .Where(static node => node.Descriptor.Gateway is not null)
            .Select(static node => node.Descriptor.Gateway!.Endpoint);
        IPEndPoint[] offered = [.. known.Concat(_seeds).Distinct()];
        live.Offer(offered);
        IList<Uri> gateways = [.. offered.Select(static endpoint => SiloAddress.New(endpoint, 0).ToGatewayUri())];
        return Task.FromResult(gateways);
    }
}
