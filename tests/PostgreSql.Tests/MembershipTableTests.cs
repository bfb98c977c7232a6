using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Cache.PostgreSql.Hosting;
using Orleans.Cache.PostgreSql.Membership;
using Orleans.Cache.PostgreSql.Schema;
using Orleans.Configuration;
using Orleans.Runtime.Membership;
using Orleans.Runtime.MembershipService;

namespace Orleans.Cache.PostgreSql.Tests;

/// <summary>Orleans' membership over our schema keeps what Orleans asks of a membership table.</summary>
public sealed class MembershipTableTests(RunningServer server)
{
    private static readonly DateTime Noon = new(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task NewTable_HasVersionZeroAndNobody()
    {
        var table = await CreateAsync();

        var all = await table.ReadAll();
        var one = await table.ReadRow(Silo(1).SiloAddress);

        Assert.Equal((0, "0"), (all.Version.Version, all.Version.VersionEtag));
        Assert.Empty(all.Members);
        Assert.Empty(one.Members);
    }

    [Fact]
    public async Task Initialise_ByTwo_KeepsTheVersion()
    {
        var database = await server.CreateGridDatabaseAsync();
        var first = await OpenAsync(database);
        Assert.True(await first.InsertRow(Silo(1), new TableVersion(1, "0")));

        var second = await OpenAsync(database);

        Assert.Equal(1, (await second.ReadAll()).Version.Version);
    }

    [Fact]
    public async Task Insert_IsReadBackInFull()
    {
        var table = await CreateAsync();
        var silo = Silo(1);

        Assert.True(await table.InsertRow(silo, new TableVersion(1, "0")));
        var all = await table.ReadAll();
        var one = await table.ReadRow(silo.SiloAddress);

        Assert.Equal(1, all.Version.Version);
        foreach (var read in new[] { Assert.Single(all.Members).Item1, Assert.Single(one.Members).Item1 })
        {
            Assert.Equal(
                (silo.SiloAddress, silo.SiloName, silo.HostName, silo.Status, silo.ProxyPort, silo.StartTime, silo.IAmAliveTime),
                (read.SiloAddress, read.SiloName, read.HostName, read.Status, read.ProxyPort, read.StartTime, read.IAmAliveTime));
            Assert.Empty(read.SuspectTimes ?? []);
        }
    }

    [Fact]
    public async Task Insert_OfWhatIsThere_OrFromAnOldVersion_ChangesNothing()
    {
        var table = await CreateAsync();
        Assert.True(await table.InsertRow(Silo(1), new TableVersion(1, "0")));

        Assert.False(await table.InsertRow(Silo(1), new TableVersion(2, "1")));
        Assert.False(await table.InsertRow(Silo(2), new TableVersion(1, "0")));
        Assert.False(await table.InsertRow(Silo(2), new TableVersion(6, "5")));

        var all = await table.ReadAll();
        Assert.Equal(1, all.Version.Version);
        Assert.Single(all.Members);
    }

    [Fact]
    public async Task Update_ChangesStatusAndSuspicions()
    {
        var table = await CreateAsync();
        var silo = Silo(1);
        Assert.True(await table.InsertRow(silo, new TableVersion(1, "0")));
        silo.Status = SiloStatus.Dead;
        silo.SuspectTimes = [Tuple.Create(Silo(2).SiloAddress, Noon), Tuple.Create(Silo(3).SiloAddress, Noon.AddSeconds(1))];

        Assert.True(await table.UpdateRow(silo, "", new TableVersion(2, "1")));

        var all = await table.ReadAll();
        var read = Assert.Single(all.Members).Item1;
        Assert.Equal((2, SiloStatus.Dead), (all.Version.Version, read.Status));
        Assert.Equal(silo.SuspectTimes, read.SuspectTimes);
    }

    [Fact]
    public async Task Update_OfNobody_OrFromAnOldVersion_ChangesNothing()
    {
        var table = await CreateAsync();
        var silo = Silo(1);
        Assert.True(await table.InsertRow(silo, new TableVersion(1, "0")));
        silo.Status = SiloStatus.Dead;

        Assert.False(await table.UpdateRow(silo, "", new TableVersion(1, "0")));
        Assert.False(await table.UpdateRow(Silo(2), "", new TableVersion(2, "1")));

        var all = await table.ReadAll();
        Assert.Equal((1, SiloStatus.Active), (all.Version.Version, Assert.Single(all.Members).Item1.Status));
    }

    [Fact]
    public async Task Changes_FromOneVersionAtOnce_OneIsMade()
    {
        const int rounds = 10;
        var database = await server.CreateGridDatabaseAsync();
        var tables = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => OpenAsync(database)));
        var silo = Silo(100);
        Assert.True(await tables[0].InsertRow(silo, new TableVersion(1, "0")));
        for (var version = 1; version <= rounds; version++)
        {
            var next = new TableVersion(version + 1, $"{version}");
            var made = await Task.WhenAll(tables.Select((table, index) => Task.Run(() => index % 2 == 0
                ? table.InsertRow(Silo(1 + (version * tables.Length) + index), next)
                : table.UpdateRow(silo, "", next))));

            Assert.Single(made, static won => won);
            Assert.Equal(version + 1, (await tables[0].ReadAll()).Version.Version);
        }
    }

    [Fact]
    public async Task IAmAlive_LeavesTheVersion()
    {
        var table = await CreateAsync();
        var silo = Silo(1);
        Assert.True(await table.InsertRow(silo, new TableVersion(1, "0")));
        silo.IAmAliveTime = Noon.AddMinutes(5);

        await table.UpdateIAmAlive(silo);

        var all = await table.ReadAll();
        Assert.Equal((1, Noon.AddMinutes(5)), (all.Version.Version, Assert.Single(all.Members).Item1.IAmAliveTime));
    }

    [Fact]
    public async Task Cleanup_RemovesWhatIsDeadForLong()
    {
        var table = await CreateAsync();
        var (gone, active, recent) = (Silo(1), Silo(2), Silo(3));
        gone.Status = recent.Status = SiloStatus.Dead;
        recent.IAmAliveTime = Noon.AddDays(2);
        Assert.True(await table.InsertRow(gone, new TableVersion(1, "0")));
        Assert.True(await table.InsertRow(active, new TableVersion(2, "1")));
        Assert.True(await table.InsertRow(recent, new TableVersion(3, "2")));

        await table.CleanupDefunctSiloEntries(Noon.AddDays(1));

        Assert.Equal([active.SiloAddress, recent.SiloAddress], (await table.ReadAll()).Members.Select(static row => row.Item1.SiloAddress).Order());
    }

    [Fact]
    public async Task Delete_RemovesOneCluster()
    {
        var database = await server.CreateGridDatabaseAsync();
        var (mine, other) = (await OpenAsync(database, "mine"), await OpenAsync(database, "other"));
        Assert.True(await mine.InsertRow(Silo(1), new TableVersion(1, "0")));
        Assert.True(await other.InsertRow(Silo(1), new TableVersion(1, "0")));

        await mine.DeleteMembershipTableEntries("mine");

        Assert.Empty(await MemberRows.ReadAsync(database, "mine", CancellationToken.None));
        Assert.Single((await other.ReadAll()).Members);
    }

    [Fact]
    public async Task Gateways_AreThoseOfActiveSilos()
    {
        var database = await server.CreateGridDatabaseAsync();
        var table = await OpenAsync(database);
        var (active, joining, closed) = (Silo(1), Silo(2), Silo(3));
        joining.Status = SiloStatus.Joining;
        closed.ProxyPort = 0;
        Assert.True(await table.InsertRow(active, new TableVersion(1, "0")));
        Assert.True(await table.InsertRow(joining, new TableVersion(2, "1")));
        Assert.True(await table.InsertRow(closed, new TableVersion(3, "2")));
        var gateways = new AdoNetGatewayListProvider(
            NullLogger<AdoNetGatewayListProvider>.Instance,
            new ServiceCollection().BuildServiceProvider(),
            Options.Create(new AdoNetClusteringClientOptions { Invariant = CacheDatabaseServices.Invariant, ConnectionString = database.ConnectionString }),
            Options.Create(new GatewayOptions()),
            RunningServer.Cluster());
        await gateways.InitializeGatewayListProvider();

        var found = await gateways.GetGateways();
        var rows = await MemberRows.ReadAsync(database, "cluster", CancellationToken.None);

        Assert.Equal("10.0.0.1:30000", Assert.Single(found).Authority);
        Assert.Equal(
            [("silo-1", SiloStatus.Active, "10.0.0.1:30000"), ("silo-3", SiloStatus.Active, null), ("silo-2", SiloStatus.Joining, "10.0.0.2:30000")],
            rows.Select(static row => (row.Name, row.Status, row.Gateway?.ToString())));
        Assert.Equal(Noon, rows[0].LastAlive.UtcDateTime);
    }

    /// <summary>The rights that docs/operations/postgresql.md lists for a silo are enough, and none is for nothing.</summary>
    [Fact]
    public async Task Role_WithTheRightsOfTheDocumentation_CanDoIt()
    {
        var name = await server.Server.CreateDatabaseAsync();
        await new DatabaseSchema(RunningServer.DatabaseOf(server.Server.ConnectionString(name))).ApplyAsync(CancellationToken.None);
        var role = $"role_{Guid.NewGuid():N}";
        await server.Server.ExecuteAsync(name, $"""
            CREATE ROLE {role} LOGIN PASSWORD 'role';
            GRANT SELECT ON ocache_schema, OrleansQuery TO {role};
            GRANT SELECT, INSERT, UPDATE, DELETE ON OrleansMembershipTable, OrleansMembershipVersionTable TO {role};
            GRANT SELECT, INSERT, UPDATE ON ocache_topology TO {role};
            """);
        var database = RunningServer.DatabaseOf(server.Server.ConnectionString(name, role, "role"));
        var silo = Silo(1);

        await new DatabaseSchema(database).EnsureAsync(create: false, CancellationToken.None);
        var table = await OpenAsync(database);
        Assert.True(await table.InsertRow(silo, new TableVersion(1, "0")));
        Assert.True(await table.UpdateRow(silo, "", new TableVersion(2, "1")));
        await table.UpdateIAmAlive(silo);
        await table.CleanupDefunctSiloEntries(Noon);
        await table.DeleteMembershipTableEntries("cluster");
        var store = new Topology.PostgreSqlTopologyStore(database, RunningServer.Cluster());
        Assert.True(await store.TryWriteAsync(new byte[1], 0, CancellationToken.None));
        Assert.True(await store.TryWriteAsync(new byte[2], 1, CancellationToken.None));
        Assert.Equal(2, (await store.ReadAsync(CancellationToken.None))!.Version);
    }

    private async Task<AdoNetClusteringTable> CreateAsync() => await OpenAsync(await server.CreateGridDatabaseAsync());

    private static async Task<AdoNetClusteringTable> OpenAsync(Database database, string clusterId = "cluster")
    {
        var table = new AdoNetClusteringTable(
            new ServiceCollection().BuildServiceProvider(),
            RunningServer.Cluster(clusterId),
            Options.Create(new AdoNetClusteringSiloOptions { Invariant = CacheDatabaseServices.Invariant, ConnectionString = database.ConnectionString }),
            NullLogger<AdoNetClusteringTable>.Instance);
        await table.InitializeMembershipTable(tryInitTableVersion: true);
        return table;
    }

    private static MembershipEntry Silo(int number) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Parse($"10.0.{number / 256}.{number % 256}"), 11111, 7),
        SiloName = $"silo-{number}",
        HostName = "host",
        Status = SiloStatus.Active,
        ProxyPort = 30000,
        StartTime = Noon.AddHours(-1),
        IAmAliveTime = Noon,
    };
}
