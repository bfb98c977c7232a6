using System.Net;
using Orleans.Configuration;
using Orleans.Dashboard;

namespace Orleans.Cache.Silo.Configuration;

/// <summary>Builds the host of a ready-made silo.</summary>
internal static class SiloHostBuilderExtensions
{
    public static void UseCacheSilo(this WebApplicationBuilder builder, SiloOptions options)
    {
        builder.WebHost.UseUrls($"http://{options.EffectiveHttpAddress}:{options.EffectiveHttpPort}");
        builder.Host.UseOrleans(silo =>
        {
            if (options.UsesPostgreSql)
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
