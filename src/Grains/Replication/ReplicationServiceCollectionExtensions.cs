using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.HotKeys;
using Orleans.Cache.Engine.Invalidation;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Grains.Replication;

/// <summary>Registers the copies of partitions and what brings them together.</summary>
internal static class ReplicationServiceCollectionExtensions
{
    /// <summary>Adds what the silo's door needs to take packets. They are dropped as long as there are no copies.</summary>
    public static IServiceCollection AddReplicationNetwork(this IServiceCollection services)
    {
        services.TryAddSingleton<ReplicationMetrics>();
        services.TryAddSingleton<ReplicationJournal>();
        services.TryAddSingleton<ArrivalCounts>();
        services.TryAddSingleton<PacketReader>();
        services.TryAddSingleton<CopyNetwork>();
        services.TryAddSingleton<PacketReceiver>();
        return services;
    }

    /// <summary>Adds the copies, their network and their ticks. <see cref="ReplicationSettings"/> must be registered besides.</summary>
    public static IServiceCollection AddReplication(this IServiceCollection services)
    {
        services.AddReplicationNetwork();
        services.TryAddSingleton(static provider => new PartitionCopies(
            provider.GetRequiredService<ShardHost>(),
            provider.GetRequiredService<ReplicationSettings>(),
            provider.GetRequiredService<CopyNetwork>(),
            provider.GetRequiredService<TimeProvider>(),
            feed: provider.GetRequiredService<InvalidationFeed>())
        {
            HotKeys = provider.GetRequiredService<HotKeyTables>(),
        });
        services.TryAddSingleton<IPacketSink>(static provider => new CopiesSink(provider.GetRequiredService<PartitionCopies>()));
        services.TryAddSingleton<CopyTicker>();
        services.TryAddSingleton(static provider => provider.GetRequiredService<PartitionCopies>().Repairs);
        services.TryAddSingleton<RepairMetrics>();
        services.TryAddSingleton<RepairWorker>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(static provider => provider.GetRequiredService<RepairWorker>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(static provider =>
        {
            // Binds the two when the silo is made: before anything is sent or arrives.
            provider.GetRequiredService<CopyNetwork>().Bind(provider.GetRequiredService<IPacketSink>());
            return provider.GetRequiredService<CopyTicker>();
        });
        return services;
    }
}
