namespace Orleans.Cache.StaleReads;

/// <summary>The grid: one silo, in this process.</summary>
internal sealed class Grid(IHost host) : IAsyncDisposable
{
    public const string Plain = "plain";
    public const string Bounded = "bounded";
    public const string Strict = "strict";

    public static async Task<Grid> StartAsync(Ports ports)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(ports.Silo, ports.Gateway, serviceId: CacheGridDefaults.ServiceId, clusterId: CacheGridDefaults.ClusterId)
            .AddCacheGrid(grid =>
            {
                grid.Caches[Plain] = new CacheOptions();
                grid.Caches[Bounded] = new CacheOptions { NearCache = CacheNearMode.Bounded };
                grid.Caches[Strict] = new CacheOptions { NearCache = CacheNearMode.Strict };
            }));
        var host = builder.Build();
        await host.StartAsync();
        return new Grid(host);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }
}
