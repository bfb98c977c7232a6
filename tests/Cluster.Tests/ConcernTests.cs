using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Cluster.Tests;

/// <summary>Write concerns and read levels, from a client to three silos.</summary>
public sealed class ConcernTests
{
    private const int Keys = 200;

    private static readonly CacheCallOptions Any = new() { ReadLevel = CacheReadLevel.Any };

    private static CacheKey[] AllKeys => [.. Enumerable.Range(0, Keys).Select(static key => (CacheKey)$"key{key}")];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writes_OfEveryConcern_SayHowManyCopiesHaveThem()
    {
        await using var grid = await StartAsync();
        var cache = grid.Grid.GetCache();

        Assert.Equal(2, (await cache.SetAsync("key", "1", cancellationToken: Cancelled)).Copies);
        Assert.Equal(1, (await cache.SetAsync("key", "2", Concern(CacheWriteConcern.Owner), Cancelled)).Copies);
        Assert.Equal(2, (await cache.SetAsync("key", "3", Concern(CacheWriteConcern.Majority), Cancelled)).Copies);
        var careful = cache.WithOptions(new CacheCallOptions { WriteConcern = CacheWriteConcern.Majority });
        Assert.Equal(2, (await careful.SetAsync("key", "4", cancellationToken: Cancelled)).Copies);
        Assert.Equal(1, (await careful.SetAsync("key", "5", Concern(CacheWriteConcern.Owner), Cancelled)).Copies);
        Assert.All(await careful.SetManyAsync([.. AllKeys.Select(static key => new CacheSetItem(key, "v"u8.ToArray()))], Cancelled), static result => Assert.Equal(2, result.Copies));
        Assert.Equal(3, await careful.IncrementAsync("count", 3, cancellationToken: Cancelled));
        Assert.True(await careful.TouchAsync("key", TimeSpan.FromHours(1), Cancelled));
        Assert.True(await careful.RemoveAsync("key", Cancelled));
        Assert.Null(await cache.GetAsync("key", Cancelled));
    }

    [Fact]
    public async Task MajorityWrite_OnOneSiloOfAGridWithReplicas_IsNotDone()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1, configureClient: InChunks);
        var cache = grid.Grid.GetCache();
        await cache.SetAsync("key", "1", cancellationToken: Cancelled);
        var careful = cache.WithOptions(new CacheCallOptions { WriteConcern = CacheWriteConcern.Majority });

        var error = await Assert.ThrowsAsync<CacheUnavailableException>(async () => await careful.SetAsync("key", "2", cancellationToken: Cancelled));
        var inside = await Assert.ThrowsAsync<CacheUnavailableException>(
            async () => await grid.GridOf(grid.Cluster.Silos[0]).GetCache().WithOptions(new CacheCallOptions { WriteConcern = CacheWriteConcern.Majority }).RemoveAsync("key", Cancelled));
        var many = await Assert.ThrowsAsync<CacheUnavailableException>(async () => await careful.RemoveManyAsync(["key", "other"], Cancelled));
        var counted = await Assert.ThrowsAsync<CacheUnavailableException>(async () => await careful.IncrementAsync("count", cancellationToken: Cancelled));
        var large = await Assert.ThrowsAsync<CacheUnavailableException>(async () => await careful.SetAsync("key", new byte[300_000], cancellationToken: Cancelled));

        Assert.All([error, inside, many, counted, large], static error => Assert.Equal(CacheErrorCode.NoMajority, error.Code));
        Assert.Equal("1", await cache.GetAsync<string>("key", Cancelled));
        Assert.Null(await cache.GetAsync("count", Cancelled));
    }

    [Fact]
    public async Task AnyReads_OfTheClientAndOfSilos_AreAnsweredByCopies()
    {
        await using var grid = await StartAsync();
        await SetAllAsync(grid);
        var large = new byte[300_000];
        large[^1] = 7;
        await grid.Grid.GetCache().SetAsync("large", large, cancellationToken: Cancelled);
        await WaitUntilCopiedAsync(grid, Keys + 1);

        foreach (var silo in grid.Cluster.GetActiveSilos())
        {
            await AssertReadableAsync(grid.GridOf(silo).GetCache().WithOptions(Any));
        }

        var cache = grid.Grid.GetCache().WithOptions(Any);
        await AssertReadableAsync(cache);
        Assert.Equal(large, (await cache.GetAsync("large", Cancelled))!.Value.ToArray());
        using var pooled = await cache.GetPooledAsync("key7", Cancelled);
        Assert.Equal("key7"u8, pooled!.Memory.Span);
        Assert.Null(await cache.GetAsync("nothing", Cancelled));
    }

    [Fact]
    public async Task AnyReads_InASilo_NeedNoMessageForWhatIsHere()
    {
        await using var grid = await GridFixture.StartAsync(silos: 2, seesBatches: true);
        await grid.WaitUntilSettledAsync();
        await SetAllAsync(grid);
        var cache = grid.GridOf(grid.Cluster.Silos[0]).GetCache().WithOptions(Any);

        // Of two silos with one replica each has all. A message would mean that a copy was behind for a moment.
        for (var round = 0; ; round++)
        {
            grid.ForgetCalls();
            await AssertReadableAsync(cache);
            if (!grid.Calls.Any(static call => call.Method == nameof(Contracts.Nodes.ICacheNode.ExecuteAsync)))
            {
                return;
            }

            Assert.True(round < 100, "reads always went over the network");
        }
    }

    [Fact]
    public async Task ReadLevel_OfACache_IsThatOfItsReads()
    {
        await using var grid = await GridFixture.StartAsync(silos: 2, static (_, options) =>
        {
            options.Caches["near"] = new CacheOptions { ReadLevel = CacheReadLevel.Any, WriteConcern = CacheWriteConcern.Owner };
        });
        await grid.WaitUntilSettledAsync();

        foreach (var silo in grid.Cluster.GetActiveSilos())
        {
            Assert.Equal(CacheReadLevel.Any, grid.TopologyOf(silo).Current.ReadLevelOf("near"));
            Assert.Equal(CacheReadLevel.Owner, grid.TopologyOf(silo).Current.ReadLevelOf("default"));
        }

        var cache = grid.Grid.GetCache("near");
        Assert.Equal(1, (await cache.SetAsync("key", "1", cancellationToken: Cancelled)).Copies);
        Assert.Equal(2, (await cache.SetAsync("key", "2", Concern(CacheWriteConcern.Replicated), Cancelled)).Copies);
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.WithOptions(new CacheCallOptions { ReadLevel = (CacheReadLevel)2 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.WithOptions(new CacheCallOptions { WriteConcern = (CacheWriteConcern)3 }));
        Assert.Equal("2", await cache.WithOptions(new CacheCallOptions { ReadLevel = CacheReadLevel.Owner }).GetAsync<string>("key", Cancelled));
    }

    [Theory]
    [InlineData(CacheReadLevel.Owner)]
    [InlineData(CacheReadLevel.Any)]
    public async Task Reads_WhileASiloIsKilled_AreAllAnswered(CacheReadLevel level)
    {
        await using var grid = await StartAsync(losesSilos: true);
        await SetAllAsync(grid);
        var cache = grid.Grid.GetCache().WithOptions(new CacheCallOptions { ReadLevel = level });
        using var enough = new CancellationTokenSource();
        var reader = Task.Run(
            async () =>
            {
                for (var key = 0; !enough.IsCancellationRequested; key = (key + 1) % Keys)
                {
                    Assert.Equal($"key{key}", await TextOfAsync(cache, key));
                }
            },
            Cancelled);

        await grid.Cluster.KillSiloAsync(grid.Cluster.Silos[^1]);
        await AssertReadableAsync(cache);
        await grid.WaitForSilosAsync(2);
        await enough.CancelAsync();

        await reader;
        await AssertReadableAsync(cache);
    }

    private static void InChunks(CacheGridClientOptions options) => options.Lanes.MaxWholeValueBytes = 64 << 10;

    private static CacheSetOptions Concern(CacheWriteConcern concern) => new() { WriteConcern = concern };

    private static async Task<string?> TextOfAsync(ICache cache, int key) =>
        await cache.GetAsync($"key{key}", Cancelled) is { } value ? System.Text.Encoding.UTF8.GetString(value.Span) : null;

    private static async Task<GridFixture> StartAsync(bool losesSilos = false)
    {
        var grid = await GridFixture.StartAsync(silos: 3, configureClient: InChunks, losesSilos: losesSilos);
        await grid.WaitUntilSettledAsync();
        return grid;
    }

    /// <summary>Sets all keys, and waits until every copy has applied them: a replica may be behind the acknowledgement by a beat of its owner.</summary>
    private static async Task SetAllAsync(GridFixture grid)
    {
        await grid.Grid.GetCache().SetManyAsync([.. AllKeys.Select(static (key, index) => new CacheSetItem(key, System.Text.Encoding.UTF8.GetBytes($"key{index}")))], Cancelled);
        await WaitUntilCopiedAsync(grid, Keys);
    }

    private static Task WaitUntilCopiedAsync(GridFixture grid, int entries) => Poll.UntilAsync(() => grid.Cluster.GetActiveSilos().Sum(CountEntries) >= 2 * entries);

    private static int CountEntries(Orleans.TestingHost.InProcessSiloHandle silo)
    {
        var shards = silo.ServiceProvider.GetRequiredService<ShardHost>();
        var entries = 0;
        for (var partition = 0; partition < GridFixture.PartitionCount; partition++)
        {
            uint cursor = 0;
            do
            {
                shards.Scan(cache: 0, partition, ref cursor, _ => entries++);
            }
            while (cursor != 0);
        }

        return entries;
    }

    private static async Task AssertReadableAsync(ICache cache)
    {
        var entries = await cache.GetManyAsync(AllKeys, Cancelled);
        for (var key = 0; key < Keys; key++)
        {
            Assert.Equal($"key{key}", System.Text.Encoding.UTF8.GetString(entries[key].Value.Span));
            Assert.Equal($"key{key}", await TextOfAsync(cache, key));
        }
    }
}
