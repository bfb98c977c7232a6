using Orleans.Cache.TestKit;

namespace Orleans.Cache.Cluster.Tests.Loading;

/// <summary>How often the source is asked, over the processes of a grid.</summary>
public sealed class OneLoadTests(LoadGrid grid) : IClassFixture<LoadGrid>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ICacheGrid.DefaultCache)]
    [InlineData(LoadGrid.Near)]
    public async Task TenThousandCallers_InFiveProcesses_LoadOnce(string name)
    {
        var source = new Source();
        var caches = grid.Caches(name);
        Assert.Equal(5, caches.Length);

        var calls = Enumerable.Range(0, 10_000).Select(caller => caches[caller % 5].GetOrSetAsync("popular", source.LoadSlowlyAsync, null, Cancelled).AsTask()).ToArray();
        await source.Asked;
        source.Answer();

        Assert.All(await Task.WhenAll(calls), static value => Assert.Equal("load 1", value));
        Assert.Equal(1, source.Calls);
        foreach (var cache in caches)
        {
            Assert.Equal("load 1", await cache.GetOrSetAsync("popular", source.LoadAsync, null, Cancelled));
            Assert.Equal("load 1", await cache.GetAsync<string>("popular", Cancelled));
        }

        Assert.Equal(1, source.Calls);
    }

    [Fact]
    public async Task ManyKeys_OverAllProcesses_AreLoadedOnceEach()
    {
        var sources = Enumerable.Range(0, 100).Select(_ => new Source()).ToArray();
        var calls = grid.Caches().SelectMany(cache => sources.Select((source, key) => cache.GetOrSetAsync($"many{key}", source.LoadAsync, null, Cancelled).AsTask()));

        Assert.All(await Task.WhenAll(calls), static value => Assert.Equal("load 1", value));
        Assert.All(sources, static source => Assert.Equal(1, source.Calls));
    }

    [Fact]
    public async Task CallerThatGivesUp_DoesNotEndTheLoadOfTheOthers()
    {
        var source = new Source();
        using var mine = new CancellationTokenSource();
        var first = grid.Cache().GetOrSetAsync("given up", source.LoadSlowlyAsync, null, mine.Token).AsTask();
        await source.Asked;
        var second = grid.Cache().GetOrSetAsync("given up", source.LoadSlowlyAsync, null, Cancelled).AsTask();

        await mine.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        source.Answer();

        Assert.Equal("load 1", await second);
        Assert.Equal(1, source.Calls);
    }

    [Fact]
    public async Task FactoryThatThrows_IsHeardByItsCallers_AndAnotherProcessLoads()
    {
        var caches = grid.Caches();
        var failing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = caches[0].GetOrSetAsync<string>(
            "throws",
            async (_, _) =>
            {
                asked.SetResult();
                await failing.Task;
                throw new IOException("no source");
            },
            null,
            Cancelled).AsTask();
        await asked.Task;
        var good = new Source();
        var second = caches[1].GetOrSetAsync("throws", good.LoadAsync, null, Cancelled).AsTask();
        Assert.Equal(0, good.Calls);

        failing.SetResult();

        Assert.Equal("no source", (await Assert.ThrowsAsync<IOException>(() => first)).Message);
        Assert.Equal("load 1", await second);
        Assert.Equal("load 1", await caches[0].GetOrSetAsync("throws", good.FailAsync, null, Cancelled));
    }

    [Fact]
    public async Task FactoryThatThrows_IsAskedAgain_UnlessErrorsAreKept()
    {
        var source = new Source();
        var cache = grid.Cache();
        await Assert.ThrowsAsync<IOException>(async () => await cache.GetOrSetAsync("fails", source.FailAsync, null, Cancelled));
        await Assert.ThrowsAsync<IOException>(async () => await cache.GetOrSetAsync("fails", source.FailAsync, null, Cancelled));
        Assert.Equal(2, source.Calls);

        var kept = new CacheLoadOptions { ErrorTimeToLive = TimeSpan.FromMinutes(1) };
        Assert.Equal("failure 3", (await Assert.ThrowsAsync<IOException>(async () => await cache.GetOrSetAsync("fails", source.FailAsync, kept, Cancelled))).Message);
        Assert.Equal("failure 3", (await Assert.ThrowsAsync<IOException>(async () => await cache.GetOrSetAsync("fails", source.FailAsync, kept, Cancelled))).Message);
        Assert.Equal(3, source.Calls);
        Assert.Equal("load 4", await cache.GetOrSetAsync("fails", source.LoadAsync, null, Cancelled));
    }

    [Fact]
    public async Task Entry_SetOrRemovedDuringItsLoad_IsNotReplacedByWhatWasLoaded()
    {
        var caches = grid.Caches();
        foreach (var remove in (bool[])[true, false])
        {
            var key = $"written {remove}";
            var source = new Source();
            var load = caches[0].GetOrSetAsync(key, source.LoadSlowlyAsync, null, Cancelled).AsTask();
            await source.Asked;

            if (remove)
            {
                await caches[1].RemoveAsync(key, Cancelled);
            }
            else
            {
                await caches[1].SetAsync(key, "set", cancellationToken: Cancelled);
            }

            source.Answer();

            Assert.Equal("load 1", await load);
            Assert.Equal(remove ? null : "set", await caches[2].GetAsync<string>(key, Cancelled));
        }
    }

    [Fact]
    public async Task Waiter_IsServedAtOnce_WhenSomebodySetsTheKey()
    {
        var caches = grid.Caches();
        var source = new Source();
        var load = caches[0].GetOrSetAsync("overtaken", source.LoadSlowlyAsync, null, Cancelled).AsTask();
        await source.Asked;
        var waiter = caches[1].GetOrSetAsync("overtaken", source.LoadSlowlyAsync, null, Cancelled).AsTask();

        await caches[2].SetAsync("overtaken", "set", cancellationToken: Cancelled);

        Assert.Equal("set", await waiter);
        Assert.False(load.IsCompleted);
        source.Answer();
        Assert.Equal("load 1", await load);
        Assert.Equal(1, source.Calls);
    }

    [Fact]
    public async Task Load_WhoseProcessIsKilled_IsDoneBySomebodyElse()
    {
        await using var own = await LoadGrid.StartAsync(losesSilos: true);
        var silos = own.Cluster.GetActiveSilos().ToArray();
        var key = await KeyNotOwnedByAsync(own.Grid.GetCache(), silos[^1].Name);
        var source = new Source();
        var caches = LoadGrid.CachesOf(own);
        var lost = caches[^1].GetOrSetAsync(key, source.LoadSlowlyAsync, null, Cancelled).AsTask();
        await source.Asked;
        var waiting = caches[..^1].Select(cache => cache.GetOrSetAsync(key, source.LoadSlowlyAsync, null, Cancelled).AsTask()).ToArray();

        await own.Cluster.KillSiloAsync(silos[^1]);
        await Poll.ForAsync(() => Task.FromResult(source.Calls), static calls => calls == 2);
        source.Answer();

        Assert.All(await Task.WhenAll(waiting), static value => Assert.Equal("load 2", value));
        Assert.Equal(2, source.Calls);
        Assert.Equal("load 2", await own.Grid.GetCache().GetAsync<string>(key, Cancelled));
        _ = lost.ContinueWith(static lost => lost.Exception, TaskScheduler.Default);
    }

    [Fact]
    public async Task Load_WhoseOwnerIsKilled_StillServesItsCallers()
    {
        await using var own = await LoadGrid.StartAsync(losesSilos: true);
        var cache = own.Grid.GetCache();
        var silos = own.Cluster.GetActiveSilos().ToArray();
        var key = await KeyOwnedByAsync(cache, silos[^1].Name);
        var source = new Source();
        var load = cache.GetOrSetAsync(key, source.LoadSlowlyAsync, null, Cancelled).AsTask();
        await source.Asked;
        var waiting = own.GridOf(silos[0]).GetCache().GetOrSetAsync(key, source.LoadSlowlyAsync, null, Cancelled).AsTask();

        await own.Cluster.KillSiloAsync(silos[^1]);
        await Poll.ForAsync(() => Task.FromResult(source.Calls), static calls => calls == 2);
        source.Answer();

        Assert.Equal("load 1", await load);
        Assert.Equal("load 2", await waiting);
        Assert.Equal("load 2", await cache.GetAsync<string>(key, Cancelled));
    }

    private static Task<string> KeyOwnedByAsync(ICache cache, string silo) => FindAsync(cache, owner => owner == silo);

    private static Task<string> KeyNotOwnedByAsync(ICache cache, string silo) => FindAsync(cache, owner => owner != silo);

    private static async Task<string> FindAsync(ICache cache, Func<string, bool> isSo)
    {
        for (var number = 0; ; number++)
        {
            if (isSo((await cache.LocateAsync($"key{number}", Cancelled)).Owner))
            {
                return $"key{number}";
            }
        }
    }
}
