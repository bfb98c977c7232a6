using System.Net;
using System.Net.Sockets;
using Npgsql;
using Orleans.Cache.PostgreSql.Schema;

namespace Orleans.Cache.PostgreSql.Tests;

/// <summary>What goes wrong is said in one sentence or two, without the password.</summary>
public sealed class DatabaseTests(RunningServer server)
{
    private const string Secret = "s3cret";

    [Theory]
    [InlineData("", "The setting is empty.")]
    [InlineData(" ", "The setting is empty.")]
    [InlineData("nonsense", "The setting is no connection string of Npgsql.")]
    [InlineData("Host=h;Pasword=s3cret", "The setting is no connection string of Npgsql.")]
    [InlineData("Host=h;Password=a;s3cret=b", "The setting is no connection string of Npgsql.")]
    [InlineData("Host=h;Port=s3cret", "The setting is no connection string of Npgsql.")]
    [InlineData("postgres://me:s3cret@db/cache", "The setting is no connection string of Npgsql.")]
    [InlineData("Database=d;Username=u;Password=s3cret", "The setting names no host.")]
    public void BadConnectionString_IsRefused(string connectionString, string message)
    {
        var error = Assert.Throws<CacheDatabaseException>(() => new Database(connectionString, "The setting"));

        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
        Assert.False(error.IsUnreachable);
    }

    [Fact]
    public void Waits_HaveLimits_UnlessTheConnectionStringHasThem()
    {
        var plain = new NpgsqlConnectionStringBuilder(new Database("Host=h", "it").ConnectionString);
        var given = new NpgsqlConnectionStringBuilder(new Database("Host=h;Timeout=7;Command Timeout=8;Application Name=mine", "it").ConnectionString);

        Assert.Equal((4, 10, "orleans-cache"), (plain.Timeout, plain.CommandTimeout, plain.ApplicationName));
        Assert.Equal((7, 8, "mine"), (given.Timeout, given.CommandTimeout, given.ApplicationName));
    }

    [Fact]
    public async Task NobodyListens_IsUnreachable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        await FailsAsync($"Host=127.0.0.1;Port={port};Database=d;Username=u;Password={Secret}", isUnreachable: true, $"The database d at 127.0.0.1, port {port} cannot be reached: ");
    }

    [Fact]
    public async Task SomebodyElseListens_IsUnreachableWithinTheTimeout()
    {
        // It takes connections and says nothing.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        await FailsAsync($"Host=127.0.0.1;Port={port};Username=u;Password={Secret};Timeout=1", isUnreachable: true, "it did not answer in time.");
    }

    [Fact]
    public Task UnknownHost_IsUnreachable() =>
        FailsAsync($"Host=no-such-host.invalid;Username=u;Password={Secret};Timeout=20", isUnreachable: true, "no-such-host.invalid, port 5432 cannot be reached: ");

    [Fact]
    public Task WrongPassword_IsRefused() =>
        FailsAsync(server.Server.ConnectionString("postgres", password: Secret), isUnreachable: false, "does not let in: password authentication failed for user \"postgres\".");

    [Fact]
    public Task UnknownDatabase_IsRefused() =>
        FailsAsync(server.Server.ConnectionString("nowhere"), isUnreachable: false, "There is no such database as nowhere at ");

    [Fact]
    public async Task ForbiddenTable_IsRefused()
    {
        var name = await server.Server.CreateDatabaseAsync();
        await new DatabaseSchema(RunningServer.DatabaseOf(server.Server.ConnectionString(name))).ApplyAsync(CancellationToken.None);
        var role = $"role_{Guid.NewGuid():N}";
        await server.Server.ExecuteAsync(name, $"CREATE ROLE {role} LOGIN PASSWORD '{Secret}'");

        await FailsAsync(server.Server.ConnectionString(name, role, Secret), isUnreachable: false, "permission denied for table ocache_schema. Grant the role");
    }

    private static async Task FailsAsync(string connectionString, bool isUnreachable, string message)
    {
        var schema = new DatabaseSchema(RunningServer.DatabaseOf(connectionString));

        var error = await Assert.ThrowsAsync<CacheDatabaseException>(() => schema.ReadVersionAsync(CancellationToken.None));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(isUnreachable, error.IsUnreachable);
    }
}
