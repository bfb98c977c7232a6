using System.Net;
using Microsoft.Extensions.Options;
using Orleans.Cache.Silo.Endpoints;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Networking.Shared;

namespace Orleans.Cache.Silo.Configuration;

/// <summary>Builds the host of a ready-made silo.</summary>
internal static class SiloHostBuilderExtensions
{
    // A silo joins when all that are in the table as active answer it. Rows that a killed grid left behind are cleared away by a silo that starts
    // when they are 90 seconds old, but not by one that has been waiting since before: that one should give up, and be started again.
    private static readonly TimeSpan LongestJoin = TimeSpan.FromSeconds(100);

    // After others have taken over: for calls that are still to come, for leaving, and for Orleans.
    private static readonly TimeSpan StopAfterDrain = TimeSpan.FromSeconds(30);

    // All grains of such a silo can be started anywhere at any time: what does not get to another silo soon when this one stops is not waited for.
    // Orleans' 30 seconds made restarts slow, where the move of a grain met a silo that was just gone.
    private static readonly TimeSpan LongestDeactivation = TimeSpan.FromSeconds(5);

    // What arrives and leaves goes to the thread pool by itself; Orleans' queues in between hand everything over once more (decision 0030).
    private const int NoQueue = 0;

    public static void UseCacheSilo(this WebApplicationBuilder builder, SiloOptions options)
    {
        builder.Services.AddOptions<HostOptions>().Configure<IOptions<CacheGridOptions>>(
            static (host, grid) => host.ShutdownTimeout = grid.Value.Replication.DrainTimeout + StopAfterDrain);
        builder.WebHost.UseUrls(SiloUrl.Of(options));
        builder.Host.UseOrleans(silo =>
        {
            if (options.Clustering == SiloOptions.PostgreSqlClustering)
            {
                silo.UsePostgreSql(options);
            }
            else
            {
                silo.UseLocalhostClustering(
                    options.EffectiveSiloPort,
                    options.EffectiveGatewayPort,
                    new IPEndPoint(IPAddress.Loopback, options.EffectivePrimaryPort),
                    options.ServiceId,
                    options.ClusterId);
            }

            silo.Configure<Orleans.Configuration.SiloOptions>(orleans => orleans.SiloName = $"silo-{options.Instance}");
            silo.Configure<ClusterMembershipOptions>(DetectDeathInSeconds);
            silo.Configure<SocketConnectionOptions>(static sockets => sockets.IOQueueCount = NoQueue);
            silo.Configure<GrainCollectionOptions>(static grains => grains.DeactivationTimeout = LongestDeactivation);
            silo.AddCacheGrid();
            silo.AddDashboard();
        });
    }

    private static void UsePostgreSql(this ISiloBuilder silo, SiloOptions options)
    {
        silo.UseCachePostgreSql(database =>
        {
            database.ConnectionString = options.PostgreSql.ConnectionString;
            database.CreateSchema = options.PostgreSql.CreateSchema;
        });
        silo.Configure<ClusterOptions>(cluster =>
        {
            cluster.ServiceId = options.ServiceId;
            cluster.ClusterId = options.ClusterId;
        });
        silo.Configure<ClusterMembershipOptions>(static membership => membership.MaxJoinAttemptTime = LongestJoin);
        silo.ConfigureEndpoints(
            options.EffectiveAdvertisedAddress,
            options.EffectiveSiloPort,
            options.EffectiveGatewayPort,
            listenOnAnyHostAddress: !IPAddress.IsLoopback(options.EffectiveAdvertisedAddress));
    }

    // Orleans' defaults need 10 to 15 seconds to declare a killed silo dead; until then its partitions have no owner.
    private static void DetectDeathInSeconds(ClusterMembershipOptions membership)
    {
        membership.ProbeTimeout = TimeSpan.FromSeconds(1);
        membership.NumMissedProbesLimit = 3;
        membership.TableRefreshTimeout = TimeSpan.FromSeconds(5);
    }
}
