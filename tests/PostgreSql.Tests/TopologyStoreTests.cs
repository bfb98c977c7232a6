using System.Buffers.Binary;
using Npgsql;
using Orleans.Cache.PostgreSql.Topology;

namespace Orleans.Cache.PostgreSql.Tests;

/// <summary>The grid's record: one document with compare-and-swap.</summary>
public sealed class TopologyStoreTests(RunningServer server)
{
    [Fact]
    public async Task Read_OfNothing_IsNull()
    {
        var store = new PostgreSqlTopologyStore(await server.CreateGridDatabaseAsync(), RunningServer.Cluster());

        Assert.Null(await store.ReadAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4 << 20)]
    public async Task Write_IsReadBack(int length)
    {
        var store = new PostgreSqlTopologyStore(await server.CreateGridDatabaseAsync(), RunningServer.Cluster());
        var (first, second) = (new byte[length], new byte[length]);
        Random.Shared.NextBytes(first);
        Random.Shared.NextBytes(second);

        Assert.True(await store.TryWriteAsync(first, expectedVersion: 0, CancellationToken.None));
        var one = await store.ReadAsync(CancellationToken.None);
        Assert.True(await store.TryWriteAsync(second, expectedVersion: 1, CancellationToken.None));
        var two = await store.ReadAsync(CancellationToken.None);

        Assert.Equal(1, one!.Version);
        Assert.Equal(first, one.Content);
        Assert.Equal(2, two!.Version);
        Assert.Equal(second, two.Content);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Write_FromAnotherVersion_ChangesNothing(long expectedVersion)
    {
        var store = new PostgreSqlTopologyStore(await server.CreateGridDatabaseAsync(), RunningServer.Cluster());
        Assert.True(await store.TryWriteAsync(new byte[] { 1 }, 0, CancellationToken.None));
        Assert.True(await store.TryWriteAsync(new byte[] { 2 }, 1, CancellationToken.None));

        Assert.False(await store.TryWriteAsync(new byte[] { 3 }, expectedVersion, CancellationToken.None));

        var stored = await store.ReadAsync(CancellationToken.None);
        Assert.Equal((2L, 2), (stored!.Version, (int)stored.Content[0]));
    }

    [Fact]
    public async Task Write_FromAVersionOfNothing_ChangesNothing()
    {
        var store = new PostgreSqlTopologyStore(await server.CreateGridDatabaseAsync(), RunningServer.Cluster());

        Assert.False(await store.TryWriteAsync(new byte[1], expectedVersion: 1, CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => store.TryWriteAsync(new byte[1], expectedVersion: -1, CancellationToken.None).AsTask());

        Assert.Null(await store.ReadAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Grids_DoNotSeeEachOther()
    {
        var database = await server.CreateGridDatabaseAsync();
        var stores = new[] { ("a", "a"), ("a", "b"), ("b", "a") }
            .Select(ids => new PostgreSqlTopologyStore(database, RunningServer.Cluster(ids.Item1, ids.Item2)))
            .ToArray();

        for (var index = 0; index < stores.Length; index++)
        {
            Assert.True(await stores[index].TryWriteAsync(new[] { (byte)index }, 0, CancellationToken.None));
        }

        for (var index = 0; index < stores.Length; index++)
        {
            Assert.Equal(index, (await stores[index].ReadAsync(CancellationToken.None))!.Content[0]);
        }
    }

    [Fact]
    public async Task FirstWrites_AtOnce_OneIsDone()
    {
        var database = await server.CreateGridDatabaseAsync();

        var done = await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(
            async () => await new PostgreSqlTopologyStore(database, RunningServer.Cluster()).TryWriteAsync(new[] { (byte)writer }, 0, CancellationToken.None))));

        var stored = await new PostgreSqlTopologyStore(database, RunningServer.Cluster()).ReadAsync(CancellationToken.None);
        Assert.Single(done, static won => won);
        Assert.Equal(1, stored!.Version);
        Assert.True(done[stored.Content[0]]);
    }

    [Fact]
    public async Task Writers_AtOnce_LoseNothing()
    {
        const int writers = 8;
        const int each = 25;
        var database = await server.CreateGridDatabaseAsync();

        // A counter that each raises by reading, adding one, and writing if nobody was faster.
        await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
        {
            var store = new PostgreSqlTopologyStore(database, RunningServer.Cluster());
            for (var raised = 0; raised < each;)
            {
                var seen = await store.ReadAsync(CancellationToken.None);
                var next = new byte[sizeof(int)];
                BinaryPrimitives.WriteInt32LittleEndian(next, (seen is null ? 0 : BinaryPrimitives.ReadInt32LittleEndian(seen.Content)) + 1);
                raised += await store.TryWriteAsync(next, seen?.Version ?? 0, CancellationToken.None) ? 1 : 0;
            }
        })));

        var stored = await new PostgreSqlTopologyStore(database, RunningServer.Cluster()).ReadAsync(CancellationToken.None);
        Assert.Equal(((long)writers * each, writers * each), (stored!.Version, BinaryPrimitives.ReadInt32LittleEndian(stored.Content)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Write_WhoseAnswerIsLost_IsAnErrorAndWasDone(long expectedVersion)
    {
        var name = await server.Server.CreateDatabaseAsync();
        var direct = RunningServer.DatabaseOf(server.Server.ConnectionString(name));
        await new Schema.DatabaseSchema(direct).ApplyAsync(CancellationToken.None);
        var observer = new PostgreSqlTopologyStore(direct, RunningServer.Cluster());
        for (var version = 0; version < expectedVersion; version++)
        {
            Assert.True(await observer.TryWriteAsync(new byte[1], version, CancellationToken.None));
        }

        await using var relay = new AnswerLosingRelay(Path.Combine(server.Server.Folder, ".s.PGSQL.5432"));

        // Without the reset of a pooled connection, whose answer would come first, and be lost before the write was done.
        var through = new NpgsqlConnectionStringBuilder(direct.ConnectionString) { Host = "127.0.0.1", Port = relay.Port, SslMode = SslMode.Disable, NoResetOnClose = true };
        var store = new PostgreSqlTopologyStore(RunningServer.DatabaseOf(through.ConnectionString), RunningServer.Cluster());
        Assert.Equal(expectedVersion, (await store.ReadAsync(CancellationToken.None))?.Version ?? 0);

        relay.LoseAnswers();
        await Assert.ThrowsAsync<NpgsqlException>(() => store.TryWriteAsync(new byte[] { 9 }, expectedVersion, CancellationToken.None).AsTask());

        var stored = await observer.ReadAsync(CancellationToken.None);
        Assert.Equal((expectedVersion + 1, 9), (stored!.Version, (int)stored.Content[0]));
    }

    [Fact]
    public async Task ServerThatStopped_IsAnError_AndServesAgainAfterwards()
    {
        Assert.SkipWhen(TestKit.PostgreSql.PostgreSqlServer.Missing is not null, TestKit.PostgreSql.PostgreSqlServer.Missing ?? string.Empty);
        await using var own = await TestKit.PostgreSql.PostgreSqlServer.StartNewAsync();
        var database = RunningServer.DatabaseOf(own.ConnectionString(await own.CreateDatabaseAsync()));
        await new Schema.DatabaseSchema(database).ApplyAsync(CancellationToken.None);
        var store = new PostgreSqlTopologyStore(database, RunningServer.Cluster());
        Assert.True(await store.TryWriteAsync(new byte[1], 0, CancellationToken.None));

        await own.StopAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => store.TryWriteAsync(new byte[1], 1, CancellationToken.None).AsTask());
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => store.ReadAsync(CancellationToken.None).AsTask());
        await own.StartAsync();

        Assert.Equal(1, (await store.ReadAsync(CancellationToken.None))!.Version);
        Assert.True(await store.TryWriteAsync(new byte[1], 1, CancellationToken.None));
    }
}
