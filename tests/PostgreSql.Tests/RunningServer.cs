using Microsoft.Extensions.Options;
using Orleans.Cache.PostgreSql.Schema;
using Orleans.Cache.TestKit.PostgreSql;
using Orleans.Configuration;

namespace Orleans.Cache.PostgreSql.Tests;

/// <summary>A PostgreSQL server for all tests; each takes a database of its own. Where there is none the tests are skipped.</summary>
public sealed class RunningServer : IAsyncLifetime
{
    private PostgreSqlServer? _server;

    /// <summary>The server. Skips the test where there is none.</summary>
    public PostgreSqlServer Server
    {
        get
        {
            Assert.SkipWhen(PostgreSqlServer.Missing is not null, PostgreSqlServer.Missing ?? string.Empty);
            return _server!;
        }
    }

    public async ValueTask InitializeAsync() => _server = PostgreSqlServer.Missing is null ? await PostgreSqlServer.StartNewAsync() : null;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>An empty database.</summary>
    internal async Task<Database> CreateDatabaseAsync() => DatabaseOf(Server.ConnectionString(await Server.CreateDatabaseAsync()));

    /// <summary>A database with the grid's schema.</summary>
    internal async Task<Database> CreateGridDatabaseAsync()
    {
        var database = await CreateDatabaseAsync();
        await new DatabaseSchema(database).ApplyAsync(CancellationToken.None);
        return database;
    }

    internal static Database DatabaseOf(string connectionString) => new(connectionString, "The connection string");

    internal static IOptions<ClusterOptions> Cluster(string clusterId = "cluster", string serviceId = "service") =>
        Options.Create(new ClusterOptions { ClusterId = clusterId, ServiceId = serviceId });
}
