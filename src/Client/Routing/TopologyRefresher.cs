using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Orleans.Cache.Client.Routing;

/// <summary>Looks for a newer topology every few seconds, so that a client that only reads learns of new silos too.</summary>
internal sealed class TopologyRefresher(ITopologySource topology, TimeProvider time, IOptions<CacheGridClientOptions> options) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.RefreshPeriod, time);
        do
        {
            await topology.RefreshAsync(topology.Current, stoppingToken).ConfigureAwait(false);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }
}
