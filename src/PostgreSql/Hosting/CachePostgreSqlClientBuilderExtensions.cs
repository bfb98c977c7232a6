using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Cache;
using Orleans.Cache.PostgreSql.Hosting;
using Orleans.Cache.PostgreSql.Membership;
using Orleans.Cache.PostgreSql.Schema;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Runtime.Membership;

namespace Orleans.Hosting;

/// <summary>Lets an Orleans client find the silos of a cluster whose membership is in PostgreSQL.</summary>
public static class CachePostgreSqlClientBuilderExtensions
{
    /// <summary>
    /// Takes the gateways from the membership in a PostgreSQL database, so that none has to be configured. The client does not start without the
    /// database; once it runs, it goes on with the gateways that it knows while the database is away.
    /// </summary>
    /// <remarks>
    /// An application that has called <c>AddCacheGridClient</c> calls it as
    /// <c>services.AddOrleansClient(client => client.UseCachePostgreSql(...))</c>, after it; calls then still go straight to the silo that owns a key.
    /// The cluster's ids are those of <c>AddCacheGridClient</c>, else of <see cref="ClusterOptions"/>. A start that the database prevents ends in
    /// <see cref="CacheDatabaseException"/>.
    /// </remarks>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Sets the options.</param>
    public static IClientBuilder UseCachePostgreSql(this IClientBuilder builder, Action<CachePostgreSqlOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.AddCacheDatabase(configure);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddOptions<AdoNetClusteringClientOptions>().Configure<Database>(static (membership, database) =>
        {
            membership.Invariant = CacheDatabaseServices.Invariant;
            membership.ConnectionString = database.ConnectionString;
        });

        // The list of AddCacheGridClient, if it was called.
        var before = builder.Services.LastOrDefault(static service => service.ServiceType == typeof(IGatewayListProvider))?.ImplementationType;
        builder.Services.AddSingleton<IGatewayListProvider>(provider => new TableGateways(
            ActivatorUtilities.CreateInstance<AdoNetGatewayListProvider>(provider),
            before is null ? null : (IGatewayListProvider)ActivatorUtilities.CreateInstance(provider, before),
            provider.GetRequiredService<DatabaseSchema>(),
            provider.GetRequiredService<IOptions<CacheGridClientOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<TableGateways>>()));
        builder.Services.AddSingleton<IConfigurationValidator, GatewayListCheck>();
        return builder;
    }
}
