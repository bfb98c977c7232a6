using System.Diagnostics.Metrics;
using System.Numerics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Cache;
using Orleans.Cache.Client.Connections;
using Orleans.Cache.Client.Lanes;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Engine.Invalidation;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.Grains.Connections;
using Orleans.Cache.Grains.Events;
using Orleans.Cache.Grains.Hosting;
using Orleans.Cache.Grains.HotKeys;
using Orleans.Cache.Grains.Invalidation;
using Orleans.Cache.Grains.Loading;
using Orleans.Cache.Grains.Nodes;
using Orleans.Cache.Grains.Partitions;
using Orleans.Cache.Grains.Placement;
using Orleans.Cache.Grains.Replication;
using Orleans.Cache.Grains.Snapshots;
using Orleans.Cache.Grains.Topology;
using Orleans.Cache.Grains.Topology.Stores;

namespace Orleans.Hosting;

/// <summary>Adds a cache grid to an Orleans silo.</summary>
public static class CacheGridSiloBuilderExtensions
{
    /// <summary>The configuration section that the options are bound to.</summary>
    public const string SectionName = "Cache";

    /// <summary>A subscriber is remembered for at least so long, so that a pause does not cost it all it has.</summary>
    private static readonly TimeSpan ShortestMemory = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Lets the silo hold its part of a cache grid, and gives the application <see cref="ICacheGrid"/>, which reaches the partitions of
    /// this silo without a message.
    /// </summary>
    /// <remarks>Options come from the section <c>Cache</c> of the configuration, then from <paramref name="configure"/>; they are checked when the silo starts.</remarks>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Sets the options.</param>
    public static ISiloBuilder AddCacheGrid(this ISiloBuilder builder, Action<CacheGridOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services
            .AddGridOptions(builder.Configuration, configure)
            .AddCacheGridRouting(configure: null)
            .AddNode()
            .AddPartitions()
            .AddReplication()
            .AddInvalidation()
            .AddEvents()
            .AddHotKeys()
            .AddSnapshots()
            .AddTopology();
        builder.AddEventStreams();
        builder.AddGrainService<CacheNode>();
        return builder;
    }

    private static IServiceCollection AddGridOptions(
        this IServiceCollection services, IConfiguration configuration, Action<CacheGridOptions>? configure)
    {
        // A misspelt name would otherwise be ignored, and its default used without a word.
        var options = services.AddOptions<CacheGridOptions>()
            .Bind(configuration.GetSection(SectionName), static binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CacheGridOptions>, CacheGridOptionsValidator>());
        return services;
    }

    private static IServiceCollection AddNode(this IServiceCollection services)
    {
        services.TryAddSingleton(static provider => new NodeSettings(
            provider.GetRequiredService<IOptions<CacheGridOptions>>().Value, provider.GetRequiredService<ILocalSiloDetails>()));
        services.TryAddSingleton(static provider => provider.GetRequiredService<NodeSettings>().ToReplicationSettings(provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(static provider => new ShardHost(
            provider.GetRequiredService<NodeSettings>().ToShardHostSettings(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(static provider => new LocalShards(
            provider.GetRequiredService<ShardHost>(), provider.GetRequiredService<ILocalSiloDetails>().SiloAddress, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<BatchExecutor>();
        services.TryAddSingleton<DataListener>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(static provider => provider.GetRequiredService<DataListener>());
        services.AddHostedService<ShardSweeper>();
        return services;
    }

    private static IServiceCollection AddPartitions(this IServiceCollection services)
    {
        services.AddPlacementDirector<RingPlacement, RingPlacementDirector>();
        services.TryAddSingleton<PartitionActivations>();
        services.TryAddSingleton<PartitionKeeper>();
        services.TryAddSingleton<MoveMetrics>();
        services.TryAddSingleton<MoveReport>();
        services.TryAddSingleton<MapFollower>();
        services.AddHealthChecks().AddCheck<ReadinessCheck>("cache-grid", tags: [ReadinessCheck.Tag]);
        return services;
    }

    private static IServiceCollection AddInvalidation(this IServiceCollection services)
    {
        services.TryAddSingleton(static provider =>
        {
            var options = provider.GetRequiredService<IOptions<CacheGridOptions>>().Value;
            var feed = new InvalidationFeed(
                (int)BitOperations.RoundUpToPowerOf2((uint)options.FeedCapacity),
                provider.GetRequiredService<TimeProvider>(),
                options.Caches.Values.Select(static cache => cache.NearCacheStaleness).Append(ShortestMemory).Max() * 2);
            FeedMetrics.Observe(provider.GetRequiredService<IMeterFactory>(), feed);
            return feed;
        });
        services.TryAddSingleton<FeedService>();
        services.TryAddSingleton<LoadService>();
        return services;
    }

    private static IServiceCollection AddTopology(this IServiceCollection services)
    {
        services.TryAddSingleton(static provider => new NodeReferences(
            provider.GetRequiredService<IGrainFactory>(), gateways: null, provider.GetRequiredService<DataLinks>(), provider.GetRequiredService<LaneSet>()));
        services.TryAddSingleton<NodeTopology>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, NodeLifecycle>();
        services.TryAddSingleton<StandInAuthority>();
        services.TryAddSingleton<MemoryTopologyStore>();
        services.TryAddSingleton(TopologyStores.Choose);
        services.AddSingleton<IConfigurationValidator, TopologyStoreValidator>();

        // A silo is told of every map; it looks too, because a message can be lost.
        services.AddHostedService<TopologyRefresher>();
        return services;
    }
}
