using System.Net;
using System.Net.Sockets;
using Orleans.Cache.Process.Tests.Processes;
using Orleans.Cache.TestKit.Processes;

namespace Orleans.Cache.Process.Tests;

/// <summary>What keeps a silo, a client or the command line from the database is said in one line, without the password.</summary>
public sealed class PostgreSqlStartTests(DatabaseServer database) : IClassFixture<DatabaseServer>
{
    private const string Secret = "s3cret-of-the-test";
    private const string Cluster = "never-formed";

    [Fact]
    public Task NoConnectionString_StopsTheSilo() => RefusedAsync(string.Empty, "Silo:PostgreSql:ConnectionString is empty.");

    [Fact]
    public Task BadConnectionString_StopsTheSilo() =>
        RefusedAsync($"Host=h;Pasword={Secret}", "Silo:PostgreSql:ConnectionString is no connection string of Npgsql.");

    [Fact]
    public Task WrongPassword_StopsTheSilo() =>
        RefusedAsync(database.Server.ConnectionString("postgres", password: Secret), "password authentication failed for user \"postgres\"");

    [Fact]
    public Task UnreachableServer_StopsTheSilo() =>
        RefusedAsync($"Host=127.0.0.1;Port={FreePorts.Next()};Username=u;Password={Secret}", "cannot be reached: ");

    [Fact]
    public async Task ServerThatSaysNothing_StopsTheSilo()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        await RefusedAsync(
            $"Host=127.0.0.1;Port={((IPEndPoint)silent.LocalEndpoint).Port};Username=u;Password={Secret}", "cannot be reached: it did not answer in time");
    }

    [Fact]
    public async Task MissingSchema_StopsTheSilo_UntilTheCommandLineHasCreatedIt()
    {
        var connection = database.Server.ConnectionString(await database.Server.CreateDatabaseAsync());

        await RefusedAsync(connection, "has no schema of a grid. Create it with 'ocache db init', or let a silo create it that is started with CreateSchema (the ready-made silo: --Silo:PostgreSql:CreateSchema=true).");
        (await Ocache.RunOnDatabaseAsync(connection, "status")).Failed(exitCode: 1, "has no schema of a grid");
        Assert.Equal("OK created version 1\n", (await Ocache.RunOnDatabaseAsync(connection, "init")).Done().Text);
        Assert.Equal("OK version 1 was there\n", (await Ocache.RunOnDatabaseAsync(connection, "init")).Done().Text);
        Assert.Equal("schema   1\ncluster  orleans-cache\nsilos    none\n", (await Ocache.RunOnDatabaseAsync(connection, "status")).Done().Text);

        await using var grid = new DatabaseGrid(connection);
        await grid.StartReadyAsync(0);
    }

    [Fact]
    public async Task NewerSchema_StopsEverybody()
    {
        var name = await database.Server.CreateDatabaseAsync();
        var connection = database.Server.ConnectionString(name);
        (await Ocache.RunOnDatabaseAsync(connection, "init", "--json")).Done();
        await database.Server.ExecuteAsync(name, "UPDATE ocache_schema SET version = 1000");
        const string message = "The database has version 1000 of the grid's schema, and this program knows version 1 at most.";

        await RefusedAsync(connection, message);
        await SiloStart.RefusedAsync(SiloSettings.OnPostgreSql(0, connection, Cluster, "--Silo:PostgreSql:CreateSchema=true"), message);
        (await Ocache.RunOnDatabaseAsync(connection, "init")).Failed(exitCode: 1, message);
        (await Ocache.RunOnDatabaseAsync(connection, "status")).Failed(exitCode: 1, message);
        var error = await Assert.ThrowsAsync<CacheDatabaseException>(() => OutsideClient.ConnectByDatabaseAsync(connection, Cluster));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CommandLine_SaysWhatIsWrong_WithoutThePassword()
    {
        var nobody = $"Host=127.0.0.1;Port={FreePorts.Next()};Username=u;Password={Secret}";
        OcacheResult[] results =
        [
            (await Ocache.RunOnDatabaseAsync(nobody, "init")).Failed(exitCode: 2, "cannot be reached: "),
            (await Ocache.RunOnDatabaseAsync(nobody, "status")).Failed(exitCode: 2, "cannot be reached: "),
            (await Ocache.RunOnDatabaseAsync(string.Empty, "status", "--connection", nobody)).Failed(exitCode: 2, "cannot be reached: "),
            (await Ocache.RunOnDatabaseAsync($"Host=h;{Secret}=1", "init")).Failed(exitCode: 1, "OCACHE_DB is no connection string of Npgsql."),
            (await Ocache.RunOnDatabaseAsync(string.Empty, "init", "--connection", $"Host=h;{Secret}=1")).Failed(exitCode: 1, "--connection is no connection string of Npgsql."),
            (await Ocache.RunOnDatabaseAsync(database.Server.ConnectionString("postgres", password: Secret), "init")).Failed(exitCode: 1, "password authentication failed"),
            (await Ocache.RunOnDatabaseAsync(string.Empty, "init")).Failed(exitCode: 1, "no database is given."),
        ];

        Assert.All(results, static result => Assert.DoesNotContain(Secret, $"{result.Text}{result.Error}", StringComparison.Ordinal));
    }

    private static Task RefusedAsync(string connectionString, string message) =>
        SiloStart.RefusedAsync(SiloSettings.OnPostgreSql(0, connectionString, Cluster), message, Secret);
}
