using Orleans.Cache.TestKit;

namespace Orleans.Cache.Cluster.Tests.Loading;

/// <summary>How values are loaded, stored and served by one process.</summary>
public sealed class LoadTests(LoadGrid grid) : IClassFixture<LoadGrid>
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private ICache Cache => grid.Cache();

    [Fact]
    public async Task Factory_SaysHowTheValueIsStored()
    {
        var loaded = await Cache.GetOrSetAsync(
            "context",
            static (context, _) =>
            {
                Assert.Equal("context", context.Key);
                Assert.False(context.HasOlder);
                Assert.False(context.TryGetOlder(out string? _));
                context.TimeToLive = Long;
                context.SlidingExpiration = TimeSpan.FromMinutes(10);
                return ValueTask.FromResult("value");
            },
            cancellationToken: Cancelled);

        Assert.Equal("value", loaded);
        var entry = await Cache.TryGetAsync<string>("context", Cancelled);
        Assert.Equal("value", entry.Value);
        Assert.InRange(entry.TimeToLive!.Value, TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task Options_OfTheCallTheCacheAndTheDefaults_CountInThatOrder()
    {
        var cache = grid.Cache(LoadGrid.Configured);
        await cache.GetOrSetAsync("of the cache", static _ => ValueTask.FromResult(1), cancellationToken: Cancelled);
        await cache.GetOrSetAsync("of the call", static _ => ValueTask.FromResult(1), TimeSpan.FromMinutes(5), Cancelled);
        await Cache.GetOrSetAsync("of nobody", static _ => ValueTask.FromResult(1), cancellationToken: Cancelled);

        Assert.InRange((await cache.TryGetAsync("of the cache", Cancelled)).TimeToLive!.Value, TimeSpan.FromHours(1), TimeSpan.FromHours(2));
        Assert.InRange((await cache.TryGetAsync("of the call", Cancelled)).TimeToLive!.Value, TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(5));
        Assert.Null((await Cache.TryGetAsync("of nobody", Cancelled)).TimeToLive);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await cache.GetOrSetAsync("of none", static (_, _) => ValueTask.FromResult(1), new CacheLoadOptions { EarlyRefresh = -1 }, Cancelled));
    }

    [Fact]
    public async Task Jitter_ShortensTheTimeToLive()
    {
        var options = new CacheLoadOptions { TimeToLive = Long, TimeToLiveJitter = 0.5 };
        var times = new List<TimeSpan>();
        for (var key = 0; key < 50; key++)
        {
            await Cache.GetOrSetAsync($"jitter{key}", static (_, _) => ValueTask.FromResult(1), options, Cancelled);
            times.Add((await Cache.TryGetAsync($"jitter{key}", Cancelled)).TimeToLive!.Value);
        }

        Assert.All(times, static time => Assert.InRange(time, TimeSpan.FromMinutes(29), Long));
        Assert.True(times.Max() - times.Min() > TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task ValueThatIsNotToBeStored_IsForItsCallersOnly()
    {
        var source = new Source();
        for (var call = 1; call <= 2; call++)
        {
            Assert.Equal($"load {call}", await Cache.GetOrSetAsync(
                "unstored",
                (context, cancelled) =>
                {
                    context.IsStored = false;
                    return source.LoadAsync(context, cancelled);
                },
                cancellationToken: Cancelled));
        }

        Assert.Null(await Cache.GetAsync("unstored", Cancelled));
    }

    [Fact]
    public async Task Null_LivesAsLongAsItIsTold()
    {
        var calls = 0;
        ValueTask<T?> LoadAsync<T>(CancellationToken cancelled)
        {
            calls++;
            return ValueTask.FromResult<T?>(default);
        }

        Assert.Null(await Cache.GetOrSetAsync("null text", LoadAsync<string>, cancellationToken: Cancelled));
        Assert.Null(await Cache.GetOrSetAsync("null text", LoadAsync<string>, cancellationToken: Cancelled));
        Assert.Null(await Cache.GetOrSetAsync("null bytes", LoadAsync<byte[]>, cancellationToken: Cancelled));
        Assert.Null(await Cache.GetOrSetAsync("null bytes", LoadAsync<byte[]>, cancellationToken: Cancelled));
        Assert.Equal(2, calls);
        Assert.Null(await Cache.GetAsync<string>("null text", Cancelled));

        var own = new CacheLoadOptions { TimeToLive = Long, NullTimeToLive = TimeSpan.FromMinutes(1) };
        Assert.Null(await Cache.GetOrSetAsync("null for a minute", (_, cancelled) => LoadAsync<string>(cancelled), own, Cancelled));
        Assert.InRange((await Cache.TryGetAsync("null for a minute", Cancelled)).TimeToLive!.Value, TimeSpan.FromSeconds(50), TimeSpan.FromMinutes(1));

        var never = new CacheLoadOptions { NullTimeToLive = TimeSpan.Zero };
        Assert.Null(await Cache.GetOrSetAsync("null never", (_, cancelled) => LoadAsync<string>(cancelled), never, Cancelled));
        Assert.False((await Cache.TryGetAsync("null never", Cancelled)).Found);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    [InlineData(LoadGrid.MaxValueBytes)]
    public async Task Value_OfAnySize_IsLoadedStoredAndShared(int size)
    {
        var value = new byte[size];
        Random.Shared.NextBytes(value);
        foreach (var cache in grid.Caches())
        {
            Assert.Equal(value, await cache.GetOrSetAsync($"size{size}", _ => ValueTask.FromResult(value), cancellationToken: Cancelled));
        }

        Assert.Equal(value, await Cache.GetAsync<byte[]>($"size{size}", Cancelled));
    }

    [Fact]
    public async Task ValueThatIsTooLarge_IsRefusedAsInASet()
    {
        var value = new byte[LoadGrid.MaxValueBytes + 1];

        var error = await Assert.ThrowsAsync<CacheRequestException>(async () => await Cache.GetOrSetAsync("too large", _ => ValueTask.FromResult(value), cancellationToken: Cancelled));

        Assert.Equal(CacheErrorCode.ValueTooLarge, error.Code);
        Assert.Contains($"{LoadGrid.MaxValueBytes}", error.Message, StringComparison.Ordinal);
        Assert.Equal("small"u8.ToArray(), await Cache.GetOrSetAsync("too large", static _ => ValueTask.FromResult("small"u8.ToArray()), cancellationToken: Cancelled));
    }

    [Fact]
    public async Task FactoryThatNeverReturns_EndsAtTheHardTimeout()
    {
        var never = new TaskCompletionSource<string>();
        var options = new CacheLoadOptions { HardTimeout = TimeSpan.FromMilliseconds(200) };
        var token = CancellationToken.None;

        var error = await Assert.ThrowsAsync<CacheLoadException>(async () => await Cache.GetOrSetAsync(
            "never",
            async (_, cancelled) =>
            {
                token = cancelled;
                return await never.Task;
            },
            options,
            Cancelled));

        Assert.Equal(CacheErrorCode.LoadTimedOut, error.Code);
        Assert.True(token.IsCancellationRequested);
        Assert.Equal("value", await Cache.GetOrSetAsync("never", static _ => ValueTask.FromResult("value"), cancellationToken: Cancelled));
    }

    [Fact]
    public async Task Waiter_OnAnotherProcessThatTakesTooLong_HasATypedError()
    {
        var source = new Source();
        var load = grid.Caches()[1].GetOrSetAsync("slow elsewhere", source.LoadSlowlyAsync, null, Cancelled).AsTask();
        await source.Asked;

        var options = new CacheLoadOptions { HardTimeout = TimeSpan.FromMilliseconds(200) };
        var error = await Assert.ThrowsAsync<CacheLoadException>(async () => await Cache.GetOrSetAsync("slow elsewhere", source.LoadAsync, options, Cancelled));

        Assert.Equal(CacheErrorCode.LoadTimedOut, error.Code);
        source.Answer();
        Assert.Equal("load 1", await load);
    }

    [Fact]
    public async Task FactoryThatAsksForItsOwnKey_IsRefused()
    {
        var error = await Assert.ThrowsAsync<CacheRequestException>(async () => await Cache.GetOrSetAsync("self", async cancelled =>
        {
            await Task.Yield();
            return await Cache.GetOrSetAsync("between", inner => Cache.GetOrSetAsync("self", static _ => ValueTask.FromResult(1), cancellationToken: inner), cancellationToken: cancelled);
        }, cancellationToken: Cancelled));

        Assert.Equal(CacheErrorCode.RecursiveLoad, error.Code);
        Assert.Equal(3, await Cache.GetOrSetAsync("self", async cancelled => 1 + await Cache.GetOrSetAsync("other", static _ => ValueTask.FromResult(2), cancellationToken: cancelled), cancellationToken: Cancelled));
    }

    [Fact]
    public async Task CallersOfOneKey_ForDifferentTypes_EachHaveTheirs()
    {
        await Cache.GetOrSetAsync("typed", static _ => ValueTask.FromResult(7), cancellationToken: Cancelled);

        Assert.Equal(7L, await Cache.GetOrSetAsync("typed", static _ => ValueTask.FromResult(8L), cancellationToken: Cancelled));
        Assert.Equal("7"u8.ToArray(), await Cache.GetOrSetAsync("typed", static _ => ValueTask.FromResult<byte[]>([]), cancellationToken: Cancelled));
    }

    [Fact]
    public async Task SourceThatFailsTooOften_IsLeftAlone()
    {
        var source = new Source();
        var cache = grid.Cache(LoadGrid.Breaking);
        for (var call = 0; call < 5; call++)
        {
            await Assert.ThrowsAsync<IOException>(async () => await cache.GetOrSetAsync($"broken{call}", source.FailAsync, null, Cancelled));
        }

        var error = await Assert.ThrowsAsync<CacheLoadException>(async () => await cache.GetOrSetAsync("broken", source.FailAsync, null, Cancelled));

        Assert.Equal(CacheErrorCode.SourceBroken, error.Code);
        Assert.Equal(5, source.Calls);
        Assert.Equal(1, await Cache.GetOrSetAsync("another cache", static _ => ValueTask.FromResult(1), cancellationToken: Cancelled));
    }

    [Fact]
    public async Task StaleValue_IsServedAtOnce_WhileItIsLoadedAnew()
    {
        var source = new Source();
        var options = new CacheLoadOptions { TimeToLive = Short, StaleWhileRevalidate = Long };
        Assert.Equal("load 1", await Cache.GetOrSetAsync("revalidated", source.LoadAsync, options, Cancelled));
        await UntilGoneAsync("revalidated");

        var slow = new Source();
        string? older = null;
        TimeSpan? since = null;
        Assert.Equal("load 1", await Cache.GetOrSetAsync(
            "revalidated",
            (context, cancelled) =>
            {
                Assert.True(context.TryGetOlder(out older));
                since = context.StaleSince;
                return slow.LoadSlowlyAsync(context, cancelled);
            },
            options with { TimeToLive = Long },
            Cancelled));
        await slow.Asked;
        Assert.Equal("load 1", await Cache.GetOrSetAsync("revalidated", slow.LoadSlowlyAsync, options, Cancelled));
        Assert.Null(await Cache.GetAsync("revalidated", Cancelled));
        slow.Answer();

        Assert.True((await Poll.ForAsync(async () => await Cache.TryGetAsync<string>("revalidated", Cancelled), static entry => entry.Found)).TimeToLive > Short);
        Assert.Equal(1, slow.Calls);
        Assert.Equal("load 1", older);
        Assert.True(since >= TimeSpan.Zero);
    }

    [Fact]
    public async Task StaleValue_IsServed_WhenTheSourceFails_WhichIsThenLeftAloneForAWhile()
    {
        var source = new Source();
        var options = new CacheLoadOptions { TimeToLive = Short, FailSafe = Long, FailSafeThrottle = Long };
        Assert.Equal("load 1", await Cache.GetOrSetAsync("safe", source.LoadAsync, options, Cancelled));
        await UntilGoneAsync("safe");

        for (var call = 0; call < 10; call++)
        {
            Assert.Equal("load 1", await Cache.GetOrSetAsync("safe", source.FailAsync, options, Cancelled));
        }

        Assert.Equal(2, source.Calls);
        Assert.Equal("load 1", await Cache.GetOrSetAsync("safe", source.FailAsync, options with { FailSafeThrottle = TimeSpan.Zero }, Cancelled));
        Assert.Equal(3, source.Calls);
        await Assert.ThrowsAsync<IOException>(async () => await Cache.GetOrSetAsync("safe", source.FailAsync, new CacheLoadOptions { TimeToLive = Short }, Cancelled));
        await Cache.RemoveAsync("safe", Cancelled);
        await Assert.ThrowsAsync<IOException>(async () => await Cache.GetOrSetAsync("safe", source.FailAsync, options, Cancelled));
    }

    [Fact]
    public async Task StaleValue_IsServedAfterTheSoftTimeout_AndTheLoadGoesOn()
    {
        var source = new Source();
        var options = new CacheLoadOptions { TimeToLive = Short, FailSafe = Long, SoftTimeout = TimeSpan.FromMilliseconds(100) };
        Assert.Equal("load 1", await Cache.GetOrSetAsync("soft", source.LoadAsync, options, Cancelled));
        await UntilGoneAsync("soft");

        var slow = new Source();
        Assert.Equal("load 1", await Cache.GetOrSetAsync("soft", slow.LoadSlowlyAsync, options with { TimeToLive = Long }, Cancelled));

        // It may be about to begin still.
        await Poll.UntilAsync(() => slow.Calls == 1);
        slow.Answer();

        await Poll.ForAsync(async () => await Cache.GetAsync<string>("soft", Cancelled), static value => value == "load 1");
    }

    [Theory]
    [InlineData(ICacheGrid.DefaultCache)]
    [InlineData(LoadGrid.Near)]
    public async Task Hit_NearItsEnd_LoadsAnewInTheBackground(string name)
    {
        var cache = grid.Cache(name);
        var source = new Source();
        var options = new CacheLoadOptions { TimeToLive = Long };
        Assert.Equal("load 1", await cache.GetOrSetAsync("refreshed", source.LoadAsync, options, Cancelled));
        Assert.Equal("load 1", await cache.GetOrSetAsync("refreshed", source.LoadAsync, options with { BackgroundRefresh = TimeSpan.FromMinutes(30) }, Cancelled));
        Assert.Equal(1, source.Calls);

        Assert.Equal("load 1", await cache.GetOrSetAsync("refreshed", source.LoadAsync, options with { BackgroundRefresh = 2 * Long, TimeToLive = 9 * Long }, Cancelled));

        await Poll.ForAsync(async () => await cache.GetOrSetAsync("refreshed", source.LoadAsync, options, Cancelled), static value => value == "load 2");
    }

    [Fact]
    public async Task Hit_EarlyByProbability_LoadsAnewInTheBackground()
    {
        var options = new CacheLoadOptions { TimeToLive = TimeSpan.FromSeconds(20), EarlyRefresh = 100 };
        var calls = 0;
        async ValueTask<int> LoadAsync(CacheLoadContext context, CancellationToken cancelled)
        {
            // The refresh goes by how long a load takes: at least so long, on a slow machine longer, and then it is due the sooner.
            await Task.Delay(300, cancelled);
            return Interlocked.Increment(ref calls);
        }

        Assert.Equal(1, await Cache.GetOrSetAsync("early", LoadAsync, options, Cancelled));

        // In the mean a hit is due 30 seconds before the end.
        await Poll.ForAsync(async () => await Cache.GetOrSetAsync("early", LoadAsync, options, Cancelled), static value => value == 2);
        await Cache.SetAsync("set", 5, new CacheSetOptions { TimeToLive = TimeSpan.FromSeconds(20) }, Cancelled);
        Assert.Equal(5, await Cache.GetOrSetAsync("set", LoadAsync, options, Cancelled));
    }

    private async Task UntilGoneAsync(string key) => await Poll.ForAsync(async () => await Cache.GetAsync(key, Cancelled), static value => value is null);
}
