using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.Events;

/// <summary>Silos with a cache that has events and one that has none, and two clients: one writes, the other listens.</summary>
internal sealed class EventGrid : IAsyncDisposable
{
    /// <summary>The cache that has events; the default cache has none.</summary>
    public const string Told = "told";

    private readonly IReadOnlyList<SiloProcess> _silos;
    private readonly IHost[] _hosts;

    private EventGrid(IReadOnlyList<SiloProcess> silos, IHost[] hosts)
    {
        _silos = silos;
        _hosts = hosts;
    }

    public static async Task<EventGrid> StartAsync(int silos, CancellationToken cancellationToken)
    {
        var processes = await SiloProcess.StartAsync(silos, Load.UsualValueBytes, [$"--Cache:Caches:{Told}:Events=true"], cancellationToken);
        var ports = processes.Select(static silo => silo.GatewayPort).ToArray();
        var grid = new EventGrid(processes, [GridHosts.Client(ports), GridHosts.Client(ports)]);
        foreach (var host in grid._hosts)
        {
            await host.StartAsync(cancellationToken);
        }

        await GridFill.WaitUntilSpreadAsync(grid.Writer(Told), silos, cancellationToken);
        return grid;
    }

    public ICache Writer(string cache) => _hosts[0].Services.GetRequiredService<ICacheGrid>().GetCache(cache);

    /// <summary>The cache with events, as the process sees it that listens.</summary>
    public ICache Listener => _hosts[1].Services.GetRequiredService<ICacheGrid>().GetCache(Told);

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await GridHosts.StopAsync(host);
        }

        await SiloProcess.DisposeAsync(_silos);
    }
}
