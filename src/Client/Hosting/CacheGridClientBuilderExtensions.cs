using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Cache;
using Orleans.Cache.Client.Connections;
using Orleans.Cache.Client.Lanes;
using Orleans.Cache.Client.Routing;
using Orleans.Streams;

namespace Orleans.Hosting;

/// <summary>Adds a cache grid to an Orleans client that the application has already.</summary>
public static class CacheGridClientBuilderExtensions
{
    /// <summary>
    /// Adds <see cref="ICacheGrid"/> over this Orleans client, which must connect to the cluster that hosts the grid. An application without
    /// an Orleans client of its own calls <c>AddCacheGridClient</c> instead.
    /// </summary>
    /// <remarks>
    /// Which gateways an Orleans client is connected to only its own list of them knows, so that calls go through any gateway here, at the
    /// price of a hop. <c>AddCacheGridClient</c> brings a list that knows, and sends straight to the silo that owns a key.
    /// </remarks>
    /// <param name="builder">The Orleans client.</param>
    /// <param name="configure">Sets the options, of which the gateways and ids are not used here; checked when the application starts.</param>
    public static IClientBuilder AddCacheGrid(this IClientBuilder builder, Action<CacheGridClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddCacheGridRouting(configure);
        builder.Services.TryAddSingleton<LiveGateways>();
        builder.Services.TryAddSingleton(static provider => new NodeReferences(
            provider.GetRequiredService<IGrainFactory>(), provider.GetRequiredService<LiveGateways>(), provider.GetRequiredService<DataLinks>(), provider.GetRequiredService<LaneSet>()));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, TopologyRefresher>());
        builder.AddClusterConnectionStatusObserver<ConnectionWatch>();
        builder.AddStreaming();
        if (!builder.Services.Any(static service => service.ServiceType == typeof(IStreamProvider) && CacheGridDefaults.EventMemoryStreams.Equals(service.ServiceKey)))
        {
            // Nothing is done with it until somebody reads events.
            builder.AddMemoryStreams(CacheGridDefaults.EventMemoryStreams);
        }

        return builder;
    }
}
