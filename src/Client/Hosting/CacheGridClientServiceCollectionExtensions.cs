using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Cache;
using Orleans.Cache.Client.Caching;
using Orleans.Cache.Client.Connections;
using Orleans.Cache.Client.Events;
using Orleans.Cache.Client.Hosting;
using Orleans.Cache.Client.Lanes;
using Orleans.Cache.Client.Loading;
using Orleans.Cache.Client.Near;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Client.Telemetry;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Networking.Shared;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a client of a cache grid to an application.</summary>
public static class CacheGridClientServiceCollectionExtensions
{
    // What arrives and leaves goes to the thread pool by itself; Orleans' queues in between hand everything over once more (decision 0030).
    private const int NoQueue = 0;

    /// <summary>
    /// Adds <see cref="ICacheGrid"/>, and an Orleans client that connects to the grid's gateways when the application starts.
    /// </summary>
    /// <remarks>
    /// An application that hosts the grid in its own silo calls <c>AddCacheGrid</c> on its silo instead, which adds
    /// <see cref="ICacheGrid"/> too.
    /// </remarks>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets the options; checked when the application starts.</param>
    public static IServiceCollection AddCacheGridClient(this IServiceCollection services, Action<CacheGridClientOptions>? configure = null)
    {
        services.AddOrleansClient(client =>
        {
            client.AddCacheGrid(configure);
            client.Services.AddSingleton<IGatewayListProvider, GridGateways>();
            client.Services.AddOptions<ClusterOptions>().Configure<IOptions<CacheGridClientOptions>>(static (cluster, grid) =>
            {
                cluster.ClusterId = grid.Value.ClusterId;
                cluster.ServiceId = grid.Value.ServiceId;
            });
            client.Services.AddOptions<GatewayOptions>().Configure<IOptions<CacheGridClientOptions>>(
                static (gateways, grid) => gateways.GatewayListRefreshPeriod = grid.Value.RefreshPeriod);
            client.Configure<SocketConnectionOptions>(static sockets => sockets.IOQueueCount = NoQueue);
        });
        return services;
    }

    /// <summary>What clients and silos need to route calls; each adds its own way to refer to silos.</summary>
    internal static IServiceCollection AddCacheGridRouting(this IServiceCollection services, Action<CacheGridClientOptions>? configure)
    {
        var options = services.AddOptions<CacheGridClientOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        options.PostConfigure(static options =>
        {
            if (options.Gateways.Count == 0)
            {
                options.Gateways.Add(CacheGridDefaults.Gateway);
            }
        });
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CacheGridClientOptions>, CacheGridClientOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(static provider =>
        {
            var options = provider.GetRequiredService<IOptions<CacheGridClientOptions>>().Value;
            return options.Serializer ?? new JsonCacheSerializer(options.JsonContexts);
        });
        services.TryAddSingleton<TopologySource>();
        services.TryAddSingleton<ITopologySource>(static provider => provider.GetRequiredService<TopologySource>());
        services.AddMetrics();
        services.TryAddSingleton<LaneMetrics>();
        services.TryAddSingleton<LaneSet>();
        services.TryAddSingleton<DataLinks>();
        services.TryAddSingleton<NamedCaches>();
        services.TryAddSingleton<NearCaches>();
        services.TryAddSingleton<Owners>();
        services.TryAddSingleton<CallErrors>();
        services.TryAddSingleton<OperationRouter>();
        services.TryAddSingleton<Func<OperationRouter>>(static provider => provider.GetRequiredService<OperationRouter>);
        services.TryAddSingleton<LoadMetrics>();
        services.TryAddSingleton<CacheLoaders>();
        services.TryAddSingleton<EventStreams>();
        services.TryAddSingleton<ICacheGrid, CacheGridClient>();
        return services;
    }
}
