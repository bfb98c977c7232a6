namespace Orleans.Cache.Cluster.Tests;

/// <summary>Removing entries by their tags, over three silos.</summary>
public sealed class TagTests
{
    private const int Keys = 300;
    private const string Near = "near";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("default")]
    [InlineData(Near)]
    public async Task RemoveByTag_TakesWhatWasWrittenWithIt_AndNothingElse(string name)
    {
        await using var grid = await StartAsync();
        var caches = CachesOf(grid, name);
        await SetAllAsync(caches[0]);
        await AssertAsync(caches, static _ => true);

        await caches[1].RemoveByTagAsync("tag1", Cancelled);
        await AssertAsync(caches, static key => key % 3 != 1);

        await caches[0].SetAsync("key1", 1, Tagged("tag1"), Cancelled);
        await caches[2].SetAsync("key4", 4, cancellationToken: Cancelled);
        await AssertAsync(caches, static key => key % 3 != 1 || key is 1 or 4);

        await caches[3].RemoveByTagAsync(["tag0", "tag1"], Cancelled);
        await AssertAsync(caches, static key => key % 3 == 2 || key == 4);

        await caches[0].RemoveByTagAsync("*", Cancelled);
        await AssertAsync(caches, static _ => false);

        await SetAllAsync(caches[1]);
        await AssertAsync(caches, static _ => true);
    }

    [Fact]
    public async Task Tags_OfEveryKindOfWrite_Count()
    {
        await using var grid = await StartAsync();
        var cache = grid.Grid.GetCache();
        var large = new byte[3 << 20];
        large[^1] = 7;
        await cache.SetAsync("large", large, Tagged("a", "b"), Cancelled);
        await cache.IncrementAsync("count", 5, Tagged("b"), Cancelled);
        await cache.SetAsync("sliding", 1, Tagged("b") with { SlidingExpiration = TimeSpan.FromHours(1) }, Cancelled);
        await cache.SetManyAsync([new CacheSetItem("many", "1"u8.ToArray()) { Options = Tagged("b") }], Cancelled);
        await cache.SetAsync("empty", ReadOnlyMemory<byte>.Empty, Tagged("c"), Cancelled);

        Assert.Equal(large, (await cache.GetAsync("large", Cancelled))!.Value.ToArray());
        Assert.Equal(6, await cache.IncrementAsync("count", cancellationToken: Cancelled));
        Assert.Equal(1_000_006, await cache.IncrementAsync("count", 1_000_000, cancellationToken: Cancelled));
        Assert.Equal(0, (await cache.TryGetAsync("empty", Cancelled)).Value.Length);
        await cache.RemoveByTagAsync("b", Cancelled);

        Assert.All(await cache.GetManyAsync(["large", "count", "sliding", "many"], Cancelled), static entry => Assert.False(entry.Found));
        Assert.True((await cache.TryGetAsync("empty", Cancelled)).Found);
        Assert.Equal(CacheWriteOutcome.Stored, (await cache.SetAsync("many", 2, new CacheSetOptions { Condition = CacheCondition.IfAbsent }, Cancelled)).Outcome);
        Assert.Equal(1, await cache.IncrementAsync("count", cancellationToken: Cancelled));
    }

    [Fact]
    public async Task RemovedTags_AreRemovedOnTheOtherCopiesToo()
    {
        await using var grid = await StartAsync(losesSilos: true);
        var cache = grid.Grid.GetCache();
        await SetAllAsync(cache);
        await cache.RemoveByTagAsync("tag2", Cancelled);
        await cache.SetAsync("key5", 5, Tagged("tag2"), Cancelled);

        await grid.Cluster.KillSiloAsync(grid.Cluster.Silos[^1]);
        await AssertAsync([cache], static key => key % 3 != 2 || key == 5);

        // A silo that joins is given what is left.
        await grid.Cluster.StartAdditionalSiloAsync();
        await grid.WaitForSilosAsync(3);
        await grid.WaitUntilSettledAsync();
        await AssertAsync(CachesOf(grid, ICacheGrid.DefaultCache), static key => key % 3 != 2 || key == 5);
        await cache.RemoveByTagAsync("tag0", Cancelled);
        await AssertAsync(CachesOf(grid, ICacheGrid.DefaultCache), static key => key % 3 == 1 || key == 5);
    }

    [Fact]
    public async Task RemovedTags_MoreThanAreKept_AreStillRemoved()
    {
        await using var grid = await StartAsync();
        var cache = grid.Grid.GetCache();
        await SetAllAsync(cache);
        for (var tag = 0; tag < 1200; tag += 16)
        {
            await cache.RemoveByTagAsync([.. Enumerable.Range(tag, 16).Select(static number => $"other{number}")], Cancelled);
        }

        await cache.RemoveByTagAsync("tag1", Cancelled);
        await AssertAsync([cache], static key => key % 3 != 1);
    }

    [Fact]
    public async Task BadTags_AreRefused_AndTheErrorSaysWhy()
    {
        await using var grid = await StartAsync();
        var cache = grid.Grid.GetCache();
        string[] many = [.. Enumerable.Range(0, 17).Select(static tag => $"tag{tag}")];

        await AssertRefusedAsync(() => cache.SetAsync("key", 1, Tagged(many), Cancelled), "17 tags; the limit is 16");
        await AssertRefusedAsync(() => cache.SetAsync("key", 1, Tagged("*"), Cancelled), "'*' is no tag");
        await AssertRefusedAsync(() => cache.SetAsync("key", 1, Tagged(string.Empty), Cancelled), "'' is no tag");
        await AssertRefusedAsync(() => cache.SetAsync("key", 1, Tagged("\ud800"), Cancelled), "is no tag");
        await AssertRefusedAsync(() => cache.SetAsync("key", 1, Tagged(new string('x', 257)), Cancelled), "1 to 256 bytes");
        await AssertRefusedAsync(() => cache.IncrementAsync("key", 1, Tagged(string.Empty), Cancelled), "is no tag");
        await Assert.ThrowsAsync<ArgumentException>(async () => await cache.RemoveByTagAsync([], Cancelled));
        var error = await Assert.ThrowsAsync<CacheRequestException>(async () => await cache.RemoveByTagAsync(string.Empty, Cancelled));
        Assert.Equal(CacheErrorCode.InvalidTag, error.Code);
        Assert.False((await cache.TryGetAsync("key", Cancelled)).Found);
    }

    private static async Task AssertRefusedAsync<T>(Func<ValueTask<T>> act, string why)
    {
        var error = await Assert.ThrowsAsync<CacheRequestException>(async () => await act());
        Assert.Equal(CacheErrorCode.InvalidTag, error.Code);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    private static CacheSetOptions Tagged(params string[] tags) => new() { Tags = tags };

    private static async Task SetAllAsync(ICache cache)
    {
        for (var key = 0; key < Keys; key++)
        {
            await cache.SetAsync($"key{key}", key, Tagged($"tag{key % 3}", "all"), Cancelled);
        }
    }

    private static async Task AssertAsync(ICache[] caches, Func<int, bool> isThere)
    {
        foreach (var cache in caches)
        {
            var entries = await cache.GetManyAsync([.. Enumerable.Range(0, Keys).Select(static key => (CacheKey)$"key{key}")], Cancelled);
            for (var key = 0; key < Keys; key++)
            {
                Assert.True(entries[key].Found == isThere(key), $"key{key}: {entries[key].Found}");
            }
        }
    }

    /// <summary>The cache as the client sees it, and as each silo does.</summary>
    private static ICache[] CachesOf(GridFixture grid, string name) =>
        [grid.Grid.GetCache(name), .. grid.Cluster.GetActiveSilos().Select(silo => grid.GridOf(silo).GetCache(name))];

    private static async Task<GridFixture> StartAsync(bool losesSilos = false)
    {
        var grid = await GridFixture.StartAsync(silos: 3, static (_, options) =>
        {
            options.Limits = options.Limits with { MaxValueBytes = 4 << 20 };
            options.Caches[Near] = new CacheOptions { NearCache = CacheNearMode.Strict };
        },
        losesSilos: losesSilos);
        await grid.WaitUntilSettledAsync();
        return grid;
    }
}
