using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.Client.Near;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Cluster.Tests.Near;

/// <summary>Near caches of a client and of the silos, over three silos.</summary>
public sealed class NearCacheTests
{
    private const string Bounded = "bounded";
    private const string Strict = "strict";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Bounded)]
    [InlineData(Strict)]
    public async Task Read_OfWhatWasRead_NeedsNoMessage(string name)
    {
        await using var grid = await StartAsync();
        var cache = grid.Grid.GetCache(name);
        await cache.SetAsync("key", "value"u8.ToArray(), new CacheSetOptions { TimeToLive = TimeSpan.FromHours(1) }, Cancelled);

        await Poll.UntilAsync(async () => await IsNearAsync(grid, cache, "key"));

        var entry = await cache.TryGetAsync("key", Cancelled);
        Assert.Equal("value"u8, entry.Value.Span);
        Assert.True(entry.Version > 0);
        Assert.InRange(entry.TimeToLive!.Value, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
        using var pooled = await cache.GetPooledAsync("key", Cancelled);
        Assert.Equal("value"u8, pooled!.Memory.Span);
        Assert.Equal("value"u8.ToArray(), (await cache.GetManyAsync(["key", "nothing"], Cancelled))[0].Value);
    }

    [Theory]
    [InlineData(Bounded)]
    [InlineData(Strict)]
    public async Task Read_ByWhoWrote_SeesTheWrite(string name)
    {
        await using var grid = await StartAsync();
        var cache = grid.Grid.GetCache(name);
        for (var round = 0; round < 200; round++)
        {
            await cache.SetAsync("key", round, cancellationToken: Cancelled);
            Assert.Equal(round, await cache.GetAsync<int>("key", Cancelled));
            Assert.Equal(round, await cache.GetAsync<int>("key", Cancelled));
        }

        await cache.RemoveAsync("key", Cancelled);
        Assert.Null(await cache.GetAsync("key", Cancelled));
        await cache.SetManyAsync([new CacheSetItem("key", "\"many\""u8.ToArray())], Cancelled);
        Assert.Equal("many", await cache.GetAsync<string>("key", Cancelled));
        Assert.Equal(1, await cache.RemoveManyAsync(["key"], Cancelled));
        Assert.Null(await cache.GetAsync("key", Cancelled));
        Assert.Equal(1, await cache.IncrementAsync("count", cancellationToken: Cancelled));
        Assert.Equal(1, await cache.GetAsync<int>("count", Cancelled));
        Assert.Equal(2, await cache.IncrementAsync("count", cancellationToken: Cancelled));
        Assert.Equal(2, await cache.GetAsync<int>("count", Cancelled));
    }

    [Fact]
    public async Task BoundedRead_OfWhatAnotherProcessWrote_IsSeenSoon()
    {
        await using var grid = await StartAsync();
        var caches = CachesOf(grid, Bounded);
        await caches[0].SetAsync("key", 1, cancellationToken: Cancelled);
        foreach (var cache in caches)
        {
            await Poll.UntilAsync(async () => await cache.GetAsync<int>("key", Cancelled) == 1);
        }

        await caches[1].SetAsync("key", 2, cancellationToken: Cancelled);
        foreach (var cache in caches)
        {
            await Poll.UntilAsync(async () => await cache.GetAsync<int>("key", Cancelled) == 2);
        }

        await caches[2].RemoveAsync("key", Cancelled);
        foreach (var cache in caches)
        {
            await Poll.UntilAsync(async () => !(await cache.TryGetAsync("key", Cancelled)).Found);
        }
    }

    [Fact]
    public async Task StrictRead_AfterAnAcknowledgedWrite_IsNeverOlder()
    {
        await using var grid = await StartAsync();
        var caches = CachesOf(grid, Strict);
        for (var round = 1; round <= 300; round++)
        {
            var key = $"key{round % 7}";
            await caches[round % caches.Length].SetAsync(key, round, cancellationToken: Cancelled);
            foreach (var cache in caches)
            {
                Assert.Equal(round, await cache.GetAsync<int>(key, Cancelled));
                Assert.Equal(round, await cache.GetAsync<int>(key, Cancelled));
            }
        }

        Assert.True(NearOf(grid.Cluster.Client.ServiceProvider, Strict).Hits > 100);
    }

    [Theory]
    [InlineData(Bounded)]
    [InlineData(Strict)]
    public async Task Reads_WhileASiloIsKilled_GoOnAndAreNotStale(string name)
    {
        await using var grid = await StartAsync(losesSilos: true);
        var writer = grid.Grid.GetCache(name);
        var reader = grid.GridOf(grid.Cluster.Silos[0]).GetCache(name);
        using var enough = new CancellationTokenSource();
        long acknowledged = 0;
        var reading = Task.Run(
            async () =>
            {
                while (!enough.IsCancellationRequested)
                {
                    var least = Volatile.Read(ref acknowledged);
                    var seen = await TryReadAsync(reader);
                    Assert.True(seen is null || name == Bounded || seen >= least, $"{seen} was read after {least} was acknowledged");
                }
            },
            Cancelled);

        for (var round = 1; round <= 400; round++)
        {
            try
            {
                await writer.SetAsync("key", round, cancellationToken: Cancelled);
                Volatile.Write(ref acknowledged, round);
            }
            catch (CacheException)
            {
                // Its owner may just have been killed.
            }

            if (round == 200)
            {
                await grid.Cluster.KillSiloAsync(grid.Cluster.Silos[^1]);
            }
        }

        await enough.CancelAsync();
        await reading;
        await Poll.UntilAsync(async () => await TryReadAsync(reader) >= acknowledged);
    }

    [Fact]
    public async Task Copies_OverTheLimit_GoAndTheOthersStay()
    {
        await using var grid = await StartAsync(static options => options.NearCache.MaxEntries = 50);
        var cache = grid.Grid.GetCache(Bounded);
        for (var key = 0; key < 500; key++)
        {
            await cache.SetAsync($"key{key}", key, cancellationToken: Cancelled);
        }

        for (var round = 0; round < 3; round++)
        {
            for (var key = 0; key < 500; key++)
            {
                Assert.Equal(key, await cache.GetAsync<int>($"key{key}", Cancelled));
            }
        }

        var near = NearOf(grid.Cluster.Client.ServiceProvider, Bounded);
        Assert.InRange(near.Count, 1, 50);
        Assert.True(near.Evicted > 0);
    }

    [Fact]
    public async Task SlidingEntry_ThatIsOnlyReadNear_Lives()
    {
        await using var grid = await StartAsync();
        var cache = grid.Grid.GetCache(Bounded);
        var time = TimeProvider.System;
        var sliding = TimeSpan.FromSeconds(4);
        var before = time.GetTimestamp();
        await SetAsync();
        var since = time.GetTimestamp();
        await Poll.UntilAsync(async () =>
        {
            var asked = time.GetTimestamp();
            if (await cache.GetAsync("key", Cancelled) is null)
            {
                // Only where the machine stood still since the last read that found it, for as long as the entry lives: but for the quarter of that
                // after which its owner is told of reads near, and as much for telling it. Begin again.
                Assert.True(time.GetElapsedTime(before) >= sliding * 0.5, "the entry has expired while it was read");
                asked = time.GetTimestamp();
                await SetAsync();
                since = time.GetTimestamp();
            }

            before = asked;
            return time.GetElapsedTime(since) > 2.5 * sliding;
        });

        ValueTask<CacheWriteResult> SetAsync() => cache.SetAsync("key", "value"u8.ToArray(), new CacheSetOptions { SlidingExpiration = sliding }, Cancelled);
    }

    [Fact]
    public async Task Client_ThatKeepsNothing_ReadsFromTheGrid()
    {
        await using var grid = await StartAsync(static options => options.NearCache.Enabled = false);
        var cache = grid.Grid.GetCache(Strict);
        await cache.SetAsync("key", "value", cancellationToken: Cancelled);
        for (var round = 0; round < 10; round++)
        {
            Assert.False(await IsNearAsync(grid, cache, "key"));
        }
    }

    private static async Task<long?> TryReadAsync(ICache cache)
    {
        try
        {
            return await cache.GetAsync<int>("key", Cancelled);
        }
        catch (CacheException)
        {
            return null;
        }
    }

    /// <summary>Whether a read sent no message to a silo.</summary>
    private static async Task<bool> IsNearAsync(GridFixture grid, ICache cache, CacheKey key)
    {
        grid.ForgetCalls();
        Assert.NotNull(await cache.GetAsync(key, Cancelled));
        return !grid.Calls.Any(static call => call.Method == nameof(ICacheNode.ExecuteAsync));
    }

    private static NearCache NearOf(IServiceProvider services, string name) => services.GetRequiredService<NearCaches>().Find(name)!;

    /// <summary>The cache as the client sees it, and as each silo does.</summary>
    private static ICache[] CachesOf(GridFixture grid, string name) =>
        [grid.Grid.GetCache(name), .. grid.Cluster.GetActiveSilos().Select(silo => grid.GridOf(silo).GetCache(name))];

    private static async Task<GridFixture> StartAsync(Action<CacheGridClientOptions>? configureClient = null, bool losesSilos = false)
    {
        var grid = await GridFixture.StartAsync(
            silos: 3,
            static (_, options) =>
            {
                options.Caches[Bounded] = new CacheOptions { NearCache = CacheNearMode.Bounded };
                options.Caches[Strict] = new CacheOptions { NearCache = CacheNearMode.Strict };
            },
            configureClient: configureClient,
            losesSilos: losesSilos,
            seesBatches: true);
        await grid.WaitUntilSettledAsync();
        return grid;
    }
}
