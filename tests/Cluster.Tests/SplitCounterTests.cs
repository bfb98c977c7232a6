using Orleans.Cache.TestKit;

namespace Orleans.Cache.Cluster.Tests;

/// <summary>Counters in several entries, over three silos.</summary>
public sealed class SplitCounterTests
{
    private const int Parts = 64;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Increments_OfManyCallers_AreAllInTheSum_AndOnEverySilo()
    {
        await using var grid = await GridFixture.StartAsync(silos: 3);
        foreach (var key in new[] { "likes", "likes:{user:42}:today", "}{" })
        {
            await CountAsync(grid, key);
        }
    }

    [Fact]
    public async Task PartsExpire_AsTheFirstIncrementOfEachSays()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1);
        var counter = new SplitCounter(grid.Grid.GetCache(), "window", parts: 2);
        await counter.IncrementAsync(5, new CacheSetOptions { TimeToLive = TimeSpan.FromMilliseconds(50) }, Cancelled);

        await Poll.UntilAsync(async () => await counter.GetAsync(Cancelled) == 0);
    }

    [Fact]
    public async Task SumsAndPartsThatAreNoNumbers_AreRefused_AndNothingIsLost()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1);
        var cache = grid.Grid.GetCache();
        var counter = new SplitCounter(cache, "count", parts: 2);
        await cache.SetAsync("{+0:count", "9223372036854775807"u8.ToArray(), cancellationToken: Cancelled);
        await cache.SetAsync("{+1:count", "1"u8.ToArray(), cancellationToken: Cancelled);
        Assert.Equal(CacheErrorCode.IncrementOverflow, (await Assert.ThrowsAsync<CacheRequestException>(() => counter.GetAsync(Cancelled).AsTask())).Code);

        await cache.SetAsync("{+1:count", "-7"u8.ToArray(), cancellationToken: Cancelled);
        Assert.Equal(long.MaxValue - 7, await counter.GetAsync(Cancelled));

        await cache.SetAsync("{+1:count", "seven"u8.ToArray(), cancellationToken: Cancelled);
        Assert.Equal(CacheErrorCode.NotANumber, (await Assert.ThrowsAsync<CacheRequestException>(() => counter.GetAsync(Cancelled).AsTask())).Code);
        Assert.Equal("seven"u8.ToArray(), await cache.GetAsync<byte[]>("{+1:count", Cancelled));
    }

    [Fact]
    public async Task KeysAndNumbersOfPartsThatCannotBe_AreRefusedAtOnce()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1);
        var cache = grid.Grid.GetCache();

        Assert.Equal(CacheErrorCode.InvalidKey, Assert.Throws<CacheRequestException>(() => new SplitCounter(cache, "")).Code);
        Assert.Equal(CacheErrorCode.InvalidKey, Assert.Throws<CacheRequestException>(() => new SplitCounter(cache, "\ud800")).Code);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SplitCounter(cache, "count", 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SplitCounter(cache, "count", SplitCounter.MaxParts + 1));
    }

    private static async Task CountAsync(GridFixture grid, string key)
    {
        var counter = new SplitCounter(grid.Grid.GetCache(), key, Parts);
        Assert.Equal(0, await counter.GetAsync(Cancelled));

        await Task.WhenAll(Enumerable.Range(0, 32).Select(caller => Task.Run(
            async () =>
            {
                for (var count = 0; count < 100; count++)
                {
                    await counter.IncrementAsync(caller % 2 == 0 ? 3 : -1, cancellationToken: Cancelled);
                }
            },
            Cancelled)));

        Assert.Equal((16 * 100 * 3) - (16 * 100), await counter.GetAsync(Cancelled));
        Assert.Equal(await counter.GetAsync(Cancelled), await new SplitCounter(grid.GridOf(grid.Cluster.Silos[1]).GetCache(), key, Parts).GetAsync(Cancelled));
        Assert.All(await grid.Grid.GetStatisticsAsync(Cancelled), static silo => Assert.True(silo.Caches.Sum(static cache => cache.Entries) > 0));

        await counter.RemoveAsync(Cancelled);
        Assert.Equal(0, await counter.GetAsync(Cancelled));
    }
}
