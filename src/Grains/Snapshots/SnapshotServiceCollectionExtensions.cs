using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Cache.Grains.Hosting;

namespace Orleans.Cache.Grains.Snapshots;

/// <summary>Registers what writes and loads snapshots; without a folder it does nothing.</summary>
internal static class SnapshotServiceCollectionExtensions
{
    public static IServiceCollection AddSnapshots(this IServiceCollection services)
    {
        services.TryAddSingleton<SnapshotPlace>();
        services.AddSingleton<IConfigurationValidator>(static provider => provider.GetRequiredService<SnapshotPlace>());
        services.TryAddSingleton<SnapshotMetrics>();
        services.TryAddSingleton<SnapshotStatus>();
        services.TryAddSingleton<SnapshotExchange>();
        services.TryAddSingleton<SnapshotRound>();
        services.TryAddSingleton<SnapshotSchedule>();
        services.TryAddSingleton<SnapshotRestore>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(static provider => provider.GetRequiredService<SnapshotSchedule>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(static provider => provider.GetRequiredService<SnapshotRestore>());
        services.AddHealthChecks().AddCheck<SnapshotHealthCheck>("cache-snapshots", tags: [ReadinessCheck.Tag]);
        return services;
    }
}
