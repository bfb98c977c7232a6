using Orleans.Cache.TestKit.PostgreSql;

namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>A PostgreSQL server for the tests of a class, with a database that <c>ocache db init</c> has prepared. Where there is none the tests are skipped.</summary>
public sealed class DatabaseServer : IAsyncLifetime
{
    private PostgreSqlServer? _server;
    private string? _database;

    /// <summary>The server. Skips the test where there is none.</summary>
    public PostgreSqlServer Server
    {
        get
        {
            Assert.SkipWhen(PostgreSqlServer.Missing is not null, PostgreSqlServer.Missing ?? string.Empty);
            return _server!;
        }
    }

    /// <summary>The connection string of the database that is prepared.</summary>
    public string ConnectionString => Server.ConnectionString(_database!);

    public async ValueTask InitializeAsync()
    {
        if (PostgreSqlServer.Missing is not null)
        {
            return;
        }

        _server = await PostgreSqlServer.StartNewAsync();
        _database = await _server.CreateDatabaseAsync();
        (await Ocache.RunOnDatabaseAsync(ConnectionString, "init")).Done();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
