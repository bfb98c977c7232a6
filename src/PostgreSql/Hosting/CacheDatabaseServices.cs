using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Cache.PostgreSql.Schema;

namespace Orleans.Cache.PostgreSql.Hosting;

/// <summary>What silos and clients need to reach the database.</summary>
internal static class CacheDatabaseServices
{
    /// <summary>The name by which Orleans loads Npgsql.</summary>
    public const string Invariant = "Npgsql";

    public static void AddCacheDatabase(this IServiceCollection services, Action<CachePostgreSqlOptions> configure)
    {
        services.AddOptions<CachePostgreSqlOptions>().Configure(configure);
        services.TryAddSingleton(static provider => new Database(
            provider.GetRequiredService<IOptions<CachePostgreSqlOptions>>().Value.ConnectionString,
            $"{nameof(CachePostgreSqlOptions)}.{nameof(CachePostgreSqlOptions.ConnectionString)}"));
        services.TryAddSingleton<DatabaseSchema>();
    }
}
