using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Batches;
using Orleans.TestingHost;

namespace Orleans.Cache.Cluster.Tests;

/// <summary>How many messages a call takes, and where they go.</summary>
public sealed class DoorTests
{
    private const string Execute = nameof(ICacheNode.ExecuteAsync);

    [Fact]
    public async Task Get_FromOutside_IsOneMessageToTheOwner()
    {
        await using var grid = await GridFixture.StartAsync(silos: 3, seesBatches: true);
        foreach (var number in Enumerable.Range(0, 20))
        {
            CacheKey key = $"key:{number}";
            await grid.Grid.GetCache().SetAsync(key, Encoding.UTF8.GetBytes("value"));
            var owner = (await grid.Grid.GetCache().LocateAsync(key)).Owner;
            grid.ForgetCalls();

            var entry = await grid.Grid.GetCache().TryGetAsync(key);

            Assert.True(entry.Found);
            Assert.Equal([(owner, Execute)], grid.Calls.Where(call => call.Method == Execute));
        }
    }

    [Fact]
    public async Task GetMany_FromOutside_IsOneMessageToEachOwner()
    {
        await using var grid = await GridFixture.StartAsync(silos: 3, seesBatches: true);
        CacheKey[] keys = [.. Enumerable.Range(0, 200).Select(number => (CacheKey)$"key:{number}")];
        await grid.Grid.GetCache().SetManyAsync([.. keys.Select(key => new CacheSetItem(key, key.ToArray()))]);
        grid.ForgetCalls();

        var entries = await grid.Grid.GetCache().GetManyAsync(keys);

        Assert.Equal(keys.Select(key => key.ToString()), entries.Select(entry => Encoding.UTF8.GetString(entry.Value.Span)));
        Assert.Equal(
            grid.Cluster.Silos.Select(silo => (silo.Name, Execute)).Order(),
            grid.Calls.Where(call => call.Method == Execute).Order());
    }

    [Fact]
    public async Task Get_InTheOwnersProcess_IsNoMessage()
    {
        await using var grid = await GridFixture.StartAsync(silos: 2, seesBatches: true);
        var silo = grid.Cluster.Silos[0];
        var cache = grid.GridOf(silo).GetCache();
        CacheKey local = await FindKeyAsync(grid, silo.Name);
        CacheKey remote = await FindKeyAsync(grid, grid.Cluster.Silos[1].Name);
        grid.ForgetCalls();

        await cache.SetAsync(local, Encoding.UTF8.GetBytes("here"));
        await cache.SetAsync(remote, Encoding.UTF8.GetBytes("there"));
        var here = await cache.TryGetAsync(local);
        var there = await cache.TryGetAsync(remote);

        Assert.Equal("here", Encoding.UTF8.GetString(here.Value.Span));
        Assert.Equal("there", Encoding.UTF8.GetString(there.Value.Span));
        var other = (grid.Cluster.Silos[1].Name, Execute);
        Assert.Equal([other, other], grid.Calls.Where(call => call.Method == Execute));
    }

    [Fact]
    public async Task Batch_MeantForAnotherSilo_IsRefused()
    {
        await using var grid = await GridFixture.StartAsync(silos: 2);
        var (first, second) = (grid.Cluster.Silos[0], grid.Cluster.Silos[1]);

        var reply = await DoorOf(grid, first).ExecuteAsync(Request(second, await FindKeyAsync(grid, second.Name)));

        Assert.Equal(BatchOutcome.WrongSilo, reply.Outcome);
        Assert.Null(reply.Results);
    }

    [Fact]
    public async Task Batch_OnAPartitionOfAnotherSilo_IsAnsweredMoved()
    {
        await using var grid = await GridFixture.StartAsync(silos: 2);
        var (first, second) = (grid.Cluster.Silos[0], grid.Cluster.Silos[1]);
        var key = await FindKeyAsync(grid, second.Name);

        var reply = await DoorOf(grid, first).ExecuteAsync(Request(first, key));

        Assert.Equal(BatchOutcome.Executed, reply.Outcome);
        Assert.Equal(OperationStatus.Moved, BatchFormat.ReadReply(reply.Results!.Span, 1, out _)[0].Status);
    }

    [Fact]
    public async Task Batch_ThatIsDamaged_IsRefusedAndTheSiloStaysUp()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1);
        var silo = grid.Cluster.Silos[0];
        var good = Request(silo, "key").Operations.Span.ToArray();
        var door = DoorOf(grid, silo);
        byte[][] damaged =
        [
            [],
            [1, 0, 0, 0],
            [9, .. good[1..]],
            good[..^1],
            [1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F],
            [1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF],
        ];

        foreach (var operations in damaged)
        {
            var reply = await door.ExecuteAsync(RequestOf(silo, operations));

            Assert.Equal(BatchOutcome.Malformed, reply.Outcome);
            Assert.NotEmpty(reply.Error!);
        }

        Assert.Equal(BatchOutcome.Executed, (await door.ExecuteAsync(RequestOf(silo, good))).Outcome);
    }

    private static BatchRequest Request(InProcessSiloHandle silo, CacheKey key)
    {
        var value = Encoding.UTF8.GetBytes("value");
        var operations = new byte[BatchFormat.RequestBytes(count: 1, key.ByteCount + value.Length)];
        var writer = new BatchWriter(operations, operations: 1);
        writer.Add(new ShardOperation { Kind = OperationKind.Set }, key, value);
        return RequestOf(silo, operations);
    }

    private static BatchRequest RequestOf(InProcessSiloHandle silo, byte[] operations)
    {
        var bytes = BatchBytes.Rent(operations.Length);
        operations.CopyTo(bytes.Span);
        return new BatchRequest(silo.SiloAddress, MapVersion: 0, ICacheGrid.DefaultCache, bytes);
    }

    private static ICacheNode DoorOf(GridFixture grid, InProcessSiloHandle silo) => grid.Cluster.Client.ServiceProvider
        .GetRequiredService<ITopologySource>().Current.Nodes.Single(node => node.Descriptor.Address.Equals(silo.SiloAddress)).Door;

    private static async Task<CacheKey> FindKeyAsync(GridFixture grid, string owner)
    {
        for (var number = 0; ; number++)
        {
            CacheKey key = $"key:{number}";
            if ((await grid.Grid.GetCache().LocateAsync(key)).Owner == owner)
            {
                return key;
            }
        }
    }
}
