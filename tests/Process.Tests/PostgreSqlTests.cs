using System.Net;
using Orleans.Cache.Process.Tests.Processes;

namespace Orleans.Cache.Process.Tests;

/// <summary>Silos whose membership is in PostgreSQL: any of them may go, and the database too for a while.</summary>
public sealed class PostgreSqlTests(DatabaseServer database) : IClassFixture<DatabaseServer>
{
    // A grid that lost all copies of a partition waits so long before it begins it empty: half a minute by default.
    private const string ShortTenure = "--Cache:Replication:Tenure=00:00:05";

    [Fact]
    public async Task KilledSilo_IsNoticed_AndAThirdJoins()
    {
        await using var grid = new DatabaseGrid(database.ConnectionString);
        var silos = await grid.StartReadyAsync(0, 1);
        await using var client = await grid.ConnectAsync();
        await grid.UntilMapHasAsync(client, silos);
        await DatabaseGrid.SetAndReadAllAsync(client, "two");

        await silos[1].Run.KillAsync();
        await grid.UntilMapHasAsync(client, silos[0]);
        await grid.UntilEveryKeyIsServedAsync(client, "one");
        var third = await grid.StartReadyAsync(2);
        await grid.UntilMapHasAsync(client, silos[0], third[0]);
        await grid.UntilEveryKeyIsServedAsync(client, "two again");

        var status = (await Ocache.RunOnDatabaseAsync(database.ConnectionString, "status", "--json", "--cluster", grid.ClusterId)).Done().Json;
        Assert.Equal(
            [("silo-0", "Active"), ("silo-2", "Active"), ("silo-1", "Dead")],
            status.GetProperty("silos").EnumerateArray().Select(static silo => (silo.GetProperty("name").GetString()!, silo.GetProperty("status").GetString()!)));
    }

    [Fact]
    public async Task FirstSilo_IsNotNeeded()
    {
        await using var grid = new DatabaseGrid(database.ConnectionString, ShortTenure);
        var first = await grid.StartReadyAsync(0);
        var others = await grid.StartReadyAsync(1, 2);
        await using var client = await grid.ConnectAsync();
        await grid.UntilMapHasAsync(client, [first[0], .. others]);

        await first[0].Run.KillAsync();
        await grid.UntilMapHasAsync(client, others);
        await others[0].Run.KillAsync();
        await grid.UntilMapHasAsync(client, others[1]);
        await grid.UntilEveryKeyIsServedAsync(client, "one");
        var later = await grid.StartReadyAsync(3);

        await grid.UntilMapHasAsync(client, others[1], later[0]);
        await grid.UntilEveryKeyIsServedAsync(client, "two");
    }

    [Fact]
    public async Task Client_FindsSilosThatCameAfterAllItKnewAreGone()
    {
        await using var grid = new DatabaseGrid(database.ConnectionString);
        var first = await grid.StartReadyAsync(0);
        await using var client = await grid.ConnectAsync();
        await DatabaseGrid.SetAndReadAllAsync(client, "first");

        // In order, so that a grid of one is left to start anew; and on other ports, so that only the table can tell the client.
        Assert.Equal(0, await first[0].StopAsync());
        await grid.StartReadyAsync(1);

        await grid.UntilEveryKeyIsServedAsync(client, "second");
    }

    [Fact]
    public async Task GridKilledAsAWhole_StartsAgainWhereItWas()
    {
        await using var grid = new DatabaseGrid(database.ConnectionString, ShortTenure);
        var killed = await grid.StartReadyAsync(0, 1);
        await Task.WhenAll(killed.Select(static silo => silo.Run.KillAsync()));

        SiloProcess[] silos = [.. killed.Select(silo => grid.Start(silo.Settings))];
        await Task.WhenAll(silos.Select(static silo => silo.WaitUntilReadyAsync()));
        await using var client = await grid.ConnectAsync();

        await grid.UntilMapHasAsync(client, silos);
        await grid.UntilEveryKeyIsServedAsync(client, "again");
    }

    [Fact]
    public async Task Client_SendsStraightToTheSilosOfTheTable()
    {
        await using var grid = new DatabaseGrid(database.ConnectionString);
        var silos = await grid.StartReadyAsync(0, 1);
        await using var client = await grid.ConnectAsync();

        await Wait.UntilAsync(
            "both gateways are live",
            _ =>
            {
                Assert.All(silos, silo => Assert.True(client.Gateways.Contains(new IPEndPoint(IPAddress.Loopback, silo.Settings.GatewayPort))));
                return Task.CompletedTask;
            },
            () => grid.Transcript);
    }

    [Fact]
    public async Task SilosThatStartAtOnce_CreateTheSchemaAndFindEachOther()
    {
        await using var grid = new DatabaseGrid(database.Server.ConnectionString(await database.Server.CreateDatabaseAsync()), "--Silo:PostgreSql:CreateSchema=true");

        var silos = await grid.StartReadyAsync(0, 1, 2);
        await using var client = await grid.ConnectAsync();

        await grid.UntilMapHasAsync(client, silos);
        await grid.UntilEveryKeyIsServedAsync(client, "three");
    }

    [Fact]
    public async Task StoppedSilo_LeavesTheTable()
    {
        await using var grid = new DatabaseGrid(database.ConnectionString);
        var silos = await grid.StartReadyAsync(0, 1);
        await using var client = await grid.ConnectAsync();
        await grid.UntilMapHasAsync(client, silos);

        Assert.Equal(0, await silos[1].StopAsync());

        await DatabaseGrid.SetAndReadAllAsync(client, "after");
        var status = (await Ocache.RunOnDatabaseAsync(database.ConnectionString, "status", "--cluster", grid.ClusterId)).Done().Text;
        Assert.Matches(@"silo-0 +Active +127\.0\.0\.1:", status);
        Assert.Matches(@"silo-1 +Dead +127\.0\.0\.1:", status);
    }

    [Fact]
    public async Task AdvertisedAddress_IsWhereSilosAndClientsConnect()
    {
        await using var grid = new DatabaseGrid(database.ConnectionString);
        var settings = Enumerable.Range(0, 2).Select(instance => grid.Settings(instance) with
        {
            Further = [.. grid.Settings(instance).Further, $"--Silo:AdvertisedAddress=127.0.0.{2 + instance}"],
        });
        SiloProcess[] silos = [.. settings.Select(grid.Start)];
        await Task.WhenAll(silos.Select(static silo => silo.WaitUntilReadyAsync()));

        await using var client = await grid.ConnectAsync();

        await grid.UntilMapHasAsync(client, silos);
        await grid.UntilEveryKeyIsServedAsync(client, "two");
        Assert.Equal(
            silos.Select((silo, index) => $"127.0.0.{2 + index}:{silo.Settings.GatewayPort}"),
            (await client.Grid.GetTopologyAsync()).Silos.Select(static silo => silo.Gateway));
        Assert.Contains($"gateway    127.0.0.2:{silos[0].Settings.GatewayPort}", silos[0].Run.Output.Text, StringComparison.Ordinal);
    }
}
