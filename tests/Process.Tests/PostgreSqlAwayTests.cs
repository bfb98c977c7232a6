using Orleans.Cache.Process.Tests.Processes;
using Orleans.Cache.TestKit.PostgreSql;

namespace Orleans.Cache.Process.Tests;

/// <summary>The database goes away while the grid serves, and comes back.</summary>
public sealed class PostgreSqlAwayTests : IAsyncLifetime
{
    // Longer than two of the silos' looks at the table (5 seconds each) and one of a client's (10 seconds).
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(12);

    // A silo that stands still for longer has its partitions claimed by others, which cannot be decided while the database is away.
    private const string LongLease = "--Cache:Replication:LeaseDuration=00:00:05";

    private PostgreSqlServer? _server;
    private string _connection = string.Empty;

    private PostgreSqlServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PostgreSqlServer.Missing is not null, PostgreSqlServer.Missing ?? string.Empty);
        _server = await PostgreSqlServer.StartNewAsync();
        _connection = _server.ConnectionString(await _server.CreateDatabaseAsync());
        (await Ocache.RunOnDatabaseAsync(_connection, "init")).Done();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Grid_ServesOn_AndSilosJoinOnceTheDatabaseIsBack(bool crash)
    {
        await using var grid = new DatabaseGrid(_connection, LongLease);
        var silos = await grid.StartReadyAsync(0, 1);
        await using var client = await grid.ConnectAsync();
        await grid.UntilMapHasAsync(client, silos);

        await (crash ? Server.CrashAsync() : Server.StopAsync());
        var started = TimeProvider.System.GetTimestamp();
        for (var round = 0; TimeProvider.System.GetElapsedTime(started) < Away; round++)
        {
            await DatabaseGrid.SetAndReadAllAsync(client, $"away {round}");
        }

        await SiloStart.RefusedAsync(grid.Settings(2), "cannot be reached: ");
        (await Ocache.RunOnDatabaseAsync(_connection, "status")).Failed(exitCode: 2, "cannot be reached: ");
        await Server.StartAsync();

        var joined = await grid.StartReadyAsync(2);
        await grid.UntilMapHasAsync(client, [.. silos, .. joined]);
        await grid.UntilEveryKeyIsServedAsync(client, "back");
        Assert.All(silos, static silo => Assert.False(silo.Run.HasExited));
    }

    [Fact]
    public async Task SiloKilledMeanwhile_IsDeclaredDeadOnceTheDatabaseIsBack()
    {
        await using var grid = new DatabaseGrid(_connection, LongLease);
        var silos = await grid.StartReadyAsync(0, 1);
        await using var client = await grid.ConnectAsync();
        await grid.UntilMapHasAsync(client, silos);

        await Server.StopAsync();
        await silos[1].Run.KillAsync();
        await Task.Delay(Away);
        Assert.Equal(2, (await client.Grid.GetTopologyAsync()).Silos.Count);
        await Server.StartAsync();

        await grid.UntilMapHasAsync(client, silos[0]);
        await grid.UntilEveryKeyIsServedAsync(client, "back");
    }

    [Fact]
    public async Task SiloToldToStopMeanwhile_Stops()
    {
        await using var grid = new DatabaseGrid(_connection, LongLease, "--Cache:Replication:DrainTimeout=00:00:05");
        var silos = await grid.StartReadyAsync(0, 1);
        await using var client = await grid.ConnectAsync();
        await grid.UntilMapHasAsync(client, silos);

        await Server.StopAsync();

        // Nobody can record that others take over from it. It says so, and ends when its time is over.
        await silos[1].StopAsync();
        Assert.Contains("the time to drain is over", silos[1].Run.Output.Text, StringComparison.Ordinal);

        await Server.StartAsync();
        await grid.UntilMapHasAsync(client, silos[0]);
        await grid.UntilEveryKeyIsServedAsync(client, "back");
    }
}
