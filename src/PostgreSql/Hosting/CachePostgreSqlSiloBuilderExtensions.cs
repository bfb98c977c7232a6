using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Cache;
using Orleans.Cache.Grains.Topology;
using Orleans.Cache.PostgreSql.Hosting;
using Orleans.Cache.PostgreSql.Schema;
using Orleans.Cache.PostgreSql.Topology;
using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>Lets an Orleans silo keep its cluster's membership in PostgreSQL.</summary>
public static class CachePostgreSqlSiloBuilderExtensions
{
    /// <summary>
    /// Keeps the membership of the cluster, and the record of the grid that <c>AddCacheGrid</c> adds, in a PostgreSQL database. The silo does not
    /// start without it; once it runs, it serves on while the database is away.
    /// </summary>
    /// <remarks>
    /// The cluster's ids (<see cref="ClusterOptions"/>) and the silo's addresses (<see cref="EndpointOptions"/>) are the application's to set. A start
    /// that the database prevents ends in <see cref="CacheDatabaseException"/>.
    /// </remarks>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Sets the options.</param>
    public static ISiloBuilder UseCachePostgreSql(this ISiloBuilder builder, Action<CachePostgreSqlOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.AddCacheDatabase(configure);
        builder.Services.AddOptions<AdoNetClusteringSiloOptions>().Configure<Database>(static (membership, database) =>
        {
            membership.Invariant = CacheDatabaseServices.Invariant;
            membership.ConnectionString = database.ConnectionString;
        });
        builder.UseAdoNetClustering(static (AdoNetClusteringSiloOptions _) => { });
        builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, SchemaCheck>();
        builder.Services.TryAddSingleton<ITopologyStore, PostgreSqlTopologyStore>();
        return builder;
    }
}
