using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.NearCaches;

/// <summary>Silos with caches of each near mode, subscribers that keep near copies, and a writer that keeps none.</summary>
internal sealed class NearGrid : IAsyncDisposable
{
    public const string Bounded = "bounded";
    public const string Strict = "strict";

    private static readonly string[] Settings = [$"--Cache:Caches:{Bounded}:NearCache=bounded", $"--Cache:Caches:{Strict}:NearCache=strict"];

    private readonly IReadOnlyList<SiloProcess> _silos;
    private readonly IHost[] _hosts;

    private NearGrid(IReadOnlyList<SiloProcess> silos, IHost[] hosts)
    {
        _silos = silos;
        _hosts = hosts;
    }

    public int Subscribers => _hosts.Length - 1;

    public static async Task<NearGrid> StartAsync(int silos, int subscribers, CancellationToken cancellationToken)
    {
        var processes = await SiloProcess.StartAsync(silos, Load.UsualValueBytes, Settings, cancellationToken);
        var ports = processes.Select(static silo => silo.GatewayPort).ToArray();
        var grid = new NearGrid(
            processes,
            [GridHosts.Client(ports, static options => options.NearCache.Enabled = false), .. Enumerable.Range(0, subscribers).Select(_ => GridHosts.Client(ports))]);
        foreach (var host in grid._hosts)
        {
            await host.StartAsync(cancellationToken);
        }

        await GridFill.WaitUntilSpreadAsync(grid.Writer(Bounded), silos, cancellationToken);
        return grid;
    }

    /// <summary>A cache as the process sees it that keeps no near copies.</summary>
    public ICache Writer(string cache) => _hosts[0].Services.GetRequiredService<ICacheGrid>().GetCache(cache);

    /// <summary>A cache as a subscriber sees it.</summary>
    public ICache Subscriber(int number, string cache) => _hosts[number + 1].Services.GetRequiredService<ICacheGrid>().GetCache(cache);

    /// <summary>Reads a key until it is read without a message.</summary>
    public static async Task BringNearAsync(ICache cache, CacheKey key, CancellationToken cancellationToken)
    {
        while (!IsNear(cache, key))
        {
            await cache.TryGetAsync(key, cancellationToken);
            await Task.Yield();
        }
    }

    /// <summary>Whether a key is read at once, and so from its near copy.</summary>
    public static bool IsNear(ICache cache, CacheKey key)
    {
        var read = cache.TryGetAsync(key);
        if (read.IsCompletedSuccessfully)
        {
            return true;
        }

        _ = read.AsTask();
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await GridHosts.StopAsync(host);
        }

        await SiloProcess.DisposeAsync(_silos);
    }
}
