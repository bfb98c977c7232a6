using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Cache.Client.HotKeys;
using Orleans.Cache.Client.Near;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Engine.HotKeys;

namespace Orleans.Cache.Grains.HotKeys;

/// <summary>Registers what finds hot keys and keeps copies of them.</summary>
internal static class HotKeyServiceCollectionExtensions
{
    public static IServiceCollection AddHotKeys(this IServiceCollection services)
    {
        services.TryAddSingleton<HotKeyTables>();
        services.TryAddSingleton<PinnedKeys>();
        services.TryAddSingleton<HotKeyReport>();

        // The router reads copies, and copies are fetched by the router.
        services.TryAddSingleton(static provider => new HotCopies(
            provider.GetRequiredService<NearCaches>(), provider.GetRequiredService<NamedCaches>(), provider.GetRequiredService<OperationRouter>));
        services.AddHostedService<HotKeyWorker>();
        return services;
    }
}
