using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Storage;

namespace Orleans.Cache.Grains.Topology.Stores;

/// <summary>Finds out where this grid's record is kept, unless a store was registered.</summary>
internal static class TopologyStores
{
    // Clusters of Orleans' in-process testing host share one membership table, an object, and have no primary silo. The record goes with it.
    private const string TestMembershipTable = "Orleans.TestingHost.InProcess.InProcessMembershipTable";
    private const string DevelopmentMembershipTable = "Orleans.Runtime.MembershipService.SystemTargetBasedMembershipTable";

    private static readonly ConditionalWeakTable<IMembershipTable, MemoryTopologyStore> TestStores = [];

    /// <exception cref="CacheGridStartException">There is nothing to keep it in; the message says what to register.</exception>
    public static ITopologyStore Choose(IServiceProvider services)
    {
        if (services.GetKeyedService<IGrainStorage>(GrainStorageTopologyStore.StorageName) is { } storage)
        {
            return ActivatorUtilities.CreateInstance<GrainStorageTopologyStore>(services, storage);
        }

        var membership = services.GetService<IMembershipTable>();
        return membership?.GetType().FullName switch
        {
            DevelopmentMembershipTable => ActivatorUtilities.CreateInstance<PrimarySiloTopologyStore>(
                services, services.GetRequiredService<IOptions<DevelopmentClusterMembershipOptions>>().Value.PrimarySiloEndpoint),
            TestMembershipTable => TestStores.GetOrCreateValue(membership),
            _ => throw new CacheGridStartException(
                "The grid's record of silos and partitions has no place to be kept in: the silo's clustering is not that for development. Register a grain "
                + $"storage named '{GrainStorageTopologyStore.StorageName}' on every silo, one that all silos share and that outlives them (such as AddAdoNetGrainStorage(\"{GrainStorageTopologyStore.StorageName}\", ...))."),
        };
    }
}
