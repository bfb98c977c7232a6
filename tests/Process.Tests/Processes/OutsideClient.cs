using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Cache.Client.Routing;

namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>A .NET client in this process, which is none of the grid's.</summary>
internal sealed class OutsideClient : IAsyncDisposable
{
    private readonly IHost _host;

    private OutsideClient(IHost host) => _host = host;

    public ICacheGrid Grid => _host.Services.GetRequiredService<ICacheGrid>();

    public ITopologySource Topology => _host.Services.GetRequiredService<ITopologySource>();

    /// <summary>The gateways that the client sends straight to.</summary>
    public LiveGateways Gateways => _host.Services.GetRequiredService<LiveGateways>();

    /// <summary>Connects by a gateway that is named.</summary>
    public static Task<OutsideClient> ConnectAsync(string gateway, string clusterId, TimeSpan? operationTimeout = null) =>
        StartAsync(clusterId, operationTimeout, options => options.Gateways.Add(gateway), static _ => { });

    /// <summary>Connects by the gateways that a database has.</summary>
    public static Task<OutsideClient> ConnectByDatabaseAsync(string connectionString, string clusterId) => StartAsync(
        clusterId,
        operationTimeout: null,
        static _ => { },
        services => services.AddOrleansClient(client => client.UseCachePostgreSql(options => options.ConnectionString = connectionString)));

    private static async Task<OutsideClient> StartAsync(
        string clusterId, TimeSpan? operationTimeout, Action<CacheGridClientOptions> configure, Action<IServiceCollection> configureServices)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddCacheGridClient(options =>
        {
            configure(options);
            options.ClusterId = clusterId;
            options.RefreshPeriod = TimeSpan.FromMilliseconds(250);

            // Longer than the default: the machine may be busy, and nothing here measures time.
            options.OperationTimeout = operationTimeout ?? TimeSpan.FromSeconds(20);
        });
        configureServices(builder.Services);
        var host = builder.Build();
        await host.StartAsync();
        return new OutsideClient(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
