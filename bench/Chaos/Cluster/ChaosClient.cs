using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Cache.GridBench.Sides;
using Orleans.Configuration;

namespace Orleans.Cache.Chaos.Cluster;

/// <summary>A client of a grid, with the settings out of the box.</summary>
internal sealed class ChaosClient : IAsyncDisposable
{
    private readonly IHost _host;

    private ChaosClient(IHost host) => _host = host;

    public ICacheGrid Grid => _host.Services.GetRequiredService<ICacheGrid>();

    /// <summary>Connects as an application does: calls go straight to the silo that owns a key.</summary>
    public static Task<ChaosClient> ConnectAsync(ChaosGrid grid, ClientLog? log, CancellationToken cancellationToken) => StartAsync(
        log,
        services =>
        {
            services.AddCacheGridClient(options =>
            {
                options.ClusterId = grid.ClusterId;
                foreach (var silo in grid.Wanted)
                {
                    options.Gateways.Add(new IPEndPoint(silo.Place.Address, silo.Place.GatewayPort).ToString());
                }
            });
            if (grid.ConnectionString is { } connectionString)
            {
                services.AddOrleansClient(client => client.UseCachePostgreSql(options => options.ConnectionString = connectionString));
            }
        },
        cancellationToken);

    /// <summary>Connects through the gateway of one silo, and no other.</summary>
    public static Task<ChaosClient> ConnectThroughAsync(ChaosGrid grid, ChaosSilo silo, ClientLog? log, CancellationToken cancellationToken) => StartAsync(
        log,
        services => services.AddOrleansClient(client =>
        {
            client.UseStaticClustering(new IPEndPoint(silo.Place.Address, silo.Place.GatewayPort));
            client.Services.Configure<ClusterOptions>(cluster =>
            {
                cluster.ClusterId = grid.ClusterId;
                cluster.ServiceId = CacheGridDefaults.ServiceId;
            });
            client.AddCacheGrid();
        }),
        cancellationToken);

    public async ValueTask DisposeAsync() => await GridHosts.StopAsync(_host);

    private static async Task<ChaosClient> StartAsync(ClientLog? log, Action<IServiceCollection> configure, CancellationToken cancellationToken)
    {
        var builder = GridHosts.NewBuilder();
        if (log is not null)
        {
            // By a factory, so that the host disposes of it.
            builder.Services.AddSingleton<ILoggerProvider>(_ => log);
        }

        configure(builder.Services);
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new ChaosClient(host);
    }
}
