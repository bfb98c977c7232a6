using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.Client.HotKeys;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.HotKeys;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Cluster.Tests.HotKeys;

/// <summary>Hot keys over three silos, with a client that keeps no near copies.</summary>
public sealed class HotKeyTests
{
    private const string Bounded = "bounded";
    private const string Strict = "strict";
    private const string Plain = "plain";

    /// <summary>The lowest there may be: a test's reads are above it also on a slow machine.</summary>
    private const int Threshold = 200;

    private const int ReadsAtATime = 5;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Key_ReadOften_IsReadFromAllSilos_AndOneReadSeldomFromItsOwner()
    {
        await using var grid = await StartAsync();
        var cache = grid.Grid.GetCache(Bounded);
        await cache.SetAsync("hot", "value"u8.ToArray(), cancellationToken: Cancelled);
        await cache.SetAsync("cold", "value"u8.ToArray(), cancellationToken: Cancelled);
        await Poll.UntilAsync(async () => await IsSpreadAsync(grid, cache, "hot"));

        // Where nothing was read for a second its rate is none, and after some more it is not hot.
        var hot = Assert.Single(await Poll.ForAsync(
            async () =>
            {
                await CountSilosAsync(grid, cache, "hot");
                return await grid.Grid.GetHotKeysAsync(Cancelled);
            },
            static hot => hot.Count > 0 && hot[0].ReadsPerSecond > 0));
        Assert.Equal(("hot", Bounded, 2, false), (hot.Key.ToString(), hot.Cache, hot.Copies, hot.IsPinned));
        Assert.Equal((await cache.LocateAsync("hot", Cancelled)).Owner, hot.Owner);
        Assert.True(hot.ReadsPerSecond > 0);
        Assert.Equal(1, await CountSilosAsync(grid, cache, "cold", reads: 10));
    }

    [Fact]
    public async Task HotKey_ThatIsNotReadAnyMore_CoolsDown_AndIsReadFromItsOwner()
    {
        await using var grid = await StartAsync();
        var cache = grid.Grid.GetCache(Bounded);
        await cache.SetAsync("hot", "value"u8.ToArray(), cancellationToken: Cancelled);
        await Poll.UntilAsync(async () => await IsSpreadAsync(grid, cache, "hot"));

        await Poll.UntilAsync(async () => (await grid.Grid.GetHotKeysAsync(Cancelled)).Count == 0);

        // The client forgets when the owner has answered once, or by itself.
        await Poll.UntilAsync(async () => await CountSilosAsync(grid, cache, "hot", reads: 3) == 1);

        // More than once, if the test stood still while the key was to become hot.
        var table = Assert.Single(TablesOf(grid), static table => table.Demoted > 0);
        Assert.Equal(table.Promoted, table.Demoted);
    }

    [Theory]
    [InlineData(Bounded)]
    [InlineData(Strict)]
    public async Task PinnedKey_IsSpreadAtOnce_AndUnpinnedComesBack(string name)
    {
        await using var grid = await StartAsync();
        var cache = grid.Grid.GetCache(name);
        await cache.SetAsync("key", "value"u8.ToArray(), new CacheSetOptions { TimeToLive = TimeSpan.FromHours(1) }, Cancelled);
        await grid.Grid.PinHotKeyAsync(name, "key", Cancelled);
        await Poll.UntilAsync(async () => await IsSpreadAsync(grid, cache, "key"));

        Assert.True(Assert.Single(await grid.Grid.GetHotKeysAsync(Cancelled)).IsPinned);
        for (var read = 0; read < 20; read++)
        {
            var entry = await cache.TryGetAsync("key", Cancelled);
            Assert.Equal("value"u8, entry.Value.Span);
            Assert.InRange(entry.TimeToLive!.Value, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
            using var pooled = await cache.GetPooledAsync("key", Cancelled);
            Assert.Equal("value"u8, pooled!.Memory.Span);
        }

        await grid.Grid.UnpinHotKeyAsync(name, "key", Cancelled);
        Assert.All(await grid.Grid.GetHotKeysAsync(Cancelled), static key => Assert.False(key.IsPinned));
    }

    [Fact]
    public async Task Pin_IsKnownToASiloThatJoinsLater()
    {
        await using var grid = await StartAsync();
        await grid.Grid.PinHotKeyAsync(Bounded, "key", Cancelled);
        var joined = await grid.Cluster.StartAdditionalSiloAsync();

        await Poll.UntilAsync(() => joined.ServiceProvider.GetRequiredService<HotKeyTables>().Find(Bounded)!.Hot.Count == 1);
    }

    [Fact]
    public async Task Pin_OfWhatCannotBeHot_IsRefused()
    {
        await using var grid = await StartAsync();
        Assert.Equal(CacheErrorCode.HotKeys, (await Assert.ThrowsAsync<CacheRequestException>(async () => await grid.Grid.PinHotKeyAsync(Plain, "key", Cancelled))).Code);
        Assert.Equal(CacheErrorCode.UnknownCache, (await Assert.ThrowsAsync<CacheRequestException>(async () => await grid.Grid.PinHotKeyAsync("none", "key", Cancelled))).Code);
        Assert.Equal(CacheErrorCode.InvalidKey, (await Assert.ThrowsAsync<CacheRequestException>(async () => await grid.Grid.PinHotKeyAsync(Bounded, default, Cancelled))).Code);
        for (var key = 0; key < HotKeyTable.MostPinned; key++)
        {
            await grid.Grid.PinHotKeyAsync(Bounded, key.ToString(CultureInfo.InvariantCulture), Cancelled);
        }

        Assert.Equal(CacheErrorCode.HotKeys, (await Assert.ThrowsAsync<CacheRequestException>(async () => await grid.Grid.PinHotKeyAsync(Bounded, "one more", Cancelled))).Code);
    }

    [Fact]
    public async Task HotKey_AmongOthersOfItsOwner_IsReadFromAllSilos_AlsoByBatchesOnly()
    {
        await using var grid = await StartAsync();
        var cache = grid.Grid.GetCache(Bounded);
        await cache.SetAsync("key", "hot"u8.ToArray(), cancellationToken: Cancelled);
        var owner = (await cache.LocateAsync("key", Cancelled)).Owner;
        var cold = await FindKeyAsync(cache, owner, isOwner: true, prefix: "cold");
        await cache.SetAsync(cold, "cold"u8.ToArray(), cancellationToken: Cancelled);
        CacheKey[] keys = [await FindKeyAsync(cache, owner, isOwner: true, prefix: "none"), "key", cold, "key"];
        Assert.Equal(1, await CountSilosAsync());

        // No single read ever announces the key to this client.
        await grid.Grid.PinHotKeyAsync(Bounded, "key", Cancelled);
        await Poll.UntilAsync(async () => await CountSilosAsync() == 3 && CopiesOf(grid).Count(static copies => copies.Reads > 0) == 2);

        // A level, and a session, are the owner's.
        Assert.Equal(1, await CountSilosAsync(cache.WithOptions(new CacheCallOptions { ReadLevel = CacheReadLevel.Owner })));
        Assert.Equal(1, await CountSilosAsync(cache.WithSession(new CacheSession())));

        async Task<int> CountSilosAsync(ICache? by = null)
        {
            grid.ForgetCalls();
            for (var read = 0; read < 30; read++)
            {
                var entries = await (by ?? cache).GetManyAsync(keys, Cancelled);
                Assert.Equal(["", "hot", "cold", "hot"], entries.Select(static entry => Encoding.UTF8.GetString(entry.Value.Span)));
                Assert.Equal([false, true, true, true], entries.Select(static entry => entry.Found));
            }

            return SilosAsked(grid);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task StrictHotRead_AfterAnAcknowledgedWrite_IsNeverOlder(bool inBatches)
    {
        await using var grid = await StartAsync();
        var cache = grid.Grid.GetCache(Strict);
        var elsewhere = grid.GridOf(grid.Cluster.Silos[1]).GetCache(Strict);
        long acknowledged = -1;
        await elsewhere.SetAsync("key", 0, cancellationToken: Cancelled);
        await grid.Grid.PinHotKeyAsync(Strict, "key", Cancelled);
        await Poll.UntilAsync(async () => await IsSpreadAsync(grid, cache, "key"));
        var readBefore = CopiesOf(grid).Sum(static copies => copies.Reads);
        using var enough = new CancellationTokenSource();
        var reading = Enumerable.Range(0, 4).Select(_ => Task.Run(
            async () =>
            {
                while (!enough.IsCancellationRequested)
                {
                    var least = Volatile.Read(ref acknowledged);
                    var seen = await ReadAsync(cache, inBatches);
                    Assert.True(seen >= least, $"{seen} was read after {least} was acknowledged");
                }
            },
            Cancelled)).ToArray();

        // Copies answer between writes, and are fetched anew after each: both must have happened often.
        for (var round = 1; round <= 300 || CopiesOf(grid).Sum(static copies => copies.Reads) - readBefore < 1000; round++)
        {
            await elsewhere.SetAsync("key", round, cancellationToken: Cancelled);
            Volatile.Write(ref acknowledged, round);
            if (round % 10 == 0)
            {
                var answered = CopiesOf(grid).Sum(static copies => copies.Reads);
                await Poll.UntilAsync(() => reading.Any(static reader => reader.IsFaulted) || CopiesOf(grid).Sum(static copies => copies.Reads) > answered);
            }
        }

        await enough.CancelAsync();
        await Task.WhenAll(reading);
        Assert.Equal(Volatile.Read(ref acknowledged), await cache.GetAsync<int>("key", Cancelled));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BoundedHotReads_OfOneProcess_SeeItsOwnWrites_AndNeverGoBack(bool inBatches)
    {
        await using var grid = await StartAsync();
        var cache = grid.Grid.GetCache(Bounded);
        var elsewhere = grid.GridOf(grid.Cluster.Silos[1]).GetCache(Bounded);
        await cache.SetAsync("key", 0, cancellationToken: Cancelled);
        await grid.Grid.PinHotKeyAsync(Bounded, "key", Cancelled);
        await Poll.UntilAsync(async () => await IsSpreadAsync(grid, cache, "key"));
        for (var round = 1; round <= 600; round++)
        {
            // By turns its own writes, which it must see, and others', after which it must not go back.
            await (round % 2 == 0 ? cache : elsewhere).SetAsync("key", round, cancellationToken: Cancelled);
            var seen = await ReadAsync(cache, inBatches);
            Assert.InRange(seen, round % 2 == 0 ? round : round - 1, round);
            for (var read = 0; read < 10; read++)
            {
                var next = await ReadAsync(cache, inBatches);
                Assert.InRange(next, seen, round);
                seen = next;
            }
        }

        await cache.RemoveAsync("key", Cancelled);
        Assert.False((await cache.TryGetAsync("key", Cancelled)).Found);
        await cache.SetAsync("key", 1, new CacheSetOptions { Tags = ["tag"] }, Cancelled);
        await Poll.UntilAsync(async () => await IsSpreadAsync(grid, cache, "key"));
        await cache.RemoveByTagAsync("tag", Cancelled);
        Assert.False((await cache.TryGetAsync("key", Cancelled)).Found);
    }

    [Fact]
    public async Task BoundedHotReads_OfWhatAnotherProcessWrote_AreSeenSoon()
    {
        await using var grid = await StartAsync();
        var cache = grid.Grid.GetCache(Bounded);
        var elsewhere = grid.GridOf(grid.Cluster.Silos[1]).GetCache(Bounded);
        await cache.SetAsync("key", 0, cancellationToken: Cancelled);
        await grid.Grid.PinHotKeyAsync(Bounded, "key", Cancelled);
        await Poll.UntilAsync(async () => await IsSpreadAsync(grid, cache, "key"));
        for (var round = 1; round <= 20; round++)
        {
            await elsewhere.SetAsync("key", round, cancellationToken: Cancelled);
            await Poll.UntilAsync(async () => await cache.GetAsync<int>("key", Cancelled) == round);
        }

        await elsewhere.RemoveAsync("key", Cancelled);
        await Poll.UntilAsync(async () => !(await cache.TryGetAsync("key", Cancelled)).Found);
    }

    [Fact]
    public async Task CallsThatNameALevel_AndSessions_GoToTheOwner()
    {
        await using var grid = await StartAsync();
        var cache = grid.Grid.GetCache(Bounded);
        await cache.SetAsync("key", "value"u8.ToArray(), cancellationToken: Cancelled);
        await grid.Grid.PinHotKeyAsync(Bounded, "key", Cancelled);
        await Poll.UntilAsync(async () => await IsSpreadAsync(grid, cache, "key"));

        Assert.Equal(1, await CountSilosAsync(grid, cache.WithOptions(new CacheCallOptions { ReadLevel = CacheReadLevel.Owner }), "key"));
        Assert.Equal(1, await CountSilosAsync(grid, cache.WithSession(new CacheSession()), "key"));
    }

    [Fact]
    public async Task Loads_OfAHotKey_AreServedByAllSilos()
    {
        await using var grid = await StartAsync();
        var cache = grid.Grid.GetCache(Bounded);
        var loads = 0;
        await grid.Grid.PinHotKeyAsync(Bounded, "key", Cancelled);
        await Poll.UntilAsync(async () =>
        {
            grid.ForgetCalls();
            for (var read = 0; read < 50; read++)
            {
                Assert.Equal("loaded", await cache.GetOrSetAsync("key", _ => ValueTask.FromResult($"loaded{(Interlocked.Increment(ref loads) > 1 ? "again" : "")}"), cancellationToken: Cancelled));
            }

            return SilosAsked(grid) == 3;
        });
        Assert.Equal(1, loads);
    }

    [Fact]
    public async Task SiloThatOwnsNothingOfAHotKey_ReadsItsOwnCopyFirst()
    {
        await using var grid = await StartAsync(nearInSilos: false);
        var cache = grid.Grid.GetCache(Bounded);
        await cache.SetAsync("key", "value"u8.ToArray(), cancellationToken: Cancelled);
        var owner = (await cache.LocateAsync("key", Cancelled)).Owner;
        var silo = grid.Cluster.Silos.First(silo => silo.Name != owner);
        await grid.Grid.PinHotKeyAsync(Bounded, "key", Cancelled);
        var here = grid.GridOf(silo).GetCache(Bounded);
        await Poll.UntilAsync(async () =>
        {
            grid.ForgetCalls();
            for (var read = 0; read < 20; read++)
            {
                var entry = await here.TryGetAsync("key", Cancelled);
                Assert.Equal("value"u8, entry.Value.Span);
            }

            return SilosAsked(grid) == 0;
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reads_WhileASiloIsKilled_GoOnAndAreNotStale(bool isOwner)
    {
        await using var grid = await StartAsync(losesSilos: true);
        var cache = grid.Grid.GetCache(Strict);

        // Not the silo that keeps the grid's record in this test.
        var victim = grid.Cluster.Silos[^1];
        var key = await FindKeyAsync(cache, victim.Name, isOwner);
        await cache.SetAsync(key, 0, cancellationToken: Cancelled);
        await grid.Grid.PinHotKeyAsync(Strict, key, Cancelled);
        await Poll.UntilAsync(async () => await IsSpreadAsync(grid, cache, key));
        using var enough = new CancellationTokenSource();
        long acknowledged = 0;
        var reads = 0;
        var reading = Task.Run(
            async () =>
            {
                while (!enough.IsCancellationRequested)
                {
                    var least = Volatile.Read(ref acknowledged);
                    var seen = await cache.GetAsync<int>(key, Cancelled);
                    Assert.True(seen >= least, $"{seen} was read after {least} was acknowledged");
                    Interlocked.Increment(ref reads);
                }
            },
            Cancelled);
        for (var round = 1; round <= 200; round++)
        {
            try
            {
                await cache.SetAsync(key, round, cancellationToken: Cancelled);
                Volatile.Write(ref acknowledged, round);
            }
            catch (CacheException)
            {
                // Its owner may just have been killed.
            }

            if (round == 100)
            {
                await grid.Cluster.KillSiloAsync(victim);
            }
        }

        var before = Volatile.Read(ref reads);
        await Poll.UntilAsync(() => reading.IsCompleted || Volatile.Read(ref reads) > before + 100);
        await enough.CancelAsync();
        await reading;
    }

    /// <summary>Reads the number that is under "key", alone or with another key.</summary>
    private static async Task<int> ReadAsync(ICache cache, bool inBatch) => inBatch
        ? int.Parse((await cache.GetManyAsync(["other", "key"], Cancelled))[1].Value.Span, CultureInfo.InvariantCulture)
        : await cache.GetAsync<int>("key", Cancelled);

    private static async Task<string> FindKeyAsync(ICache cache, string silo, bool isOwner, string prefix = "key")
    {
        for (var number = 0; ; number++)
        {
            var key = $"{prefix}{number}";
            if ((await cache.LocateAsync(key, Cancelled)).Owner == silo == isOwner)
            {
                return key;
            }
        }
    }

    private static IEnumerable<HotCopies> CopiesOf(GridFixture grid) => grid.Cluster.GetActiveSilos().Select(static silo => silo.ServiceProvider.GetRequiredService<HotCopies>());

    private static IEnumerable<HotKeyTable> TablesOf(GridFixture grid) =>
        grid.Cluster.GetActiveSilos().Select(static silo => silo.ServiceProvider.GetRequiredService<HotKeyTables>().Find(Bounded)!);

    /// <summary>Whether all silos are asked for a key, and both that do not own it have answered from a copy.</summary>
    private static async Task<bool> IsSpreadAsync(GridFixture grid, ICache cache, string key) =>
        await CountSilosAsync(grid, cache, key) == 3 && CopiesOf(grid).Count(static copies => copies.Reads > 0) == 2;

    /// <summary>How many silos are asked for a key by a few reads, several at a time.</summary>
    private static async Task<int> CountSilosAsync(GridFixture grid, ICache cache, string key, int reads = 60)
    {
        grid.ForgetCalls();
        for (var read = 0; read < reads; read += ReadsAtATime)
        {
            var entries = await Task.WhenAll(Enumerable.Range(0, Math.Min(ReadsAtATime, reads - read)).Select(_ => cache.TryGetAsync(key, Cancelled).AsTask()));
            Assert.All(entries, static entry => Assert.True(entry.Found));
        }

        return SilosAsked(grid);
    }

    private static int SilosAsked(GridFixture grid) =>
        grid.Calls.Where(static call => call.Method == nameof(ICacheNode.ExecuteAsync)).Select(static call => call.Silo).Distinct().Count();

    private static Task<GridFixture> StartAsync(bool nearInSilos = true, bool losesSilos = false) => GridFixture.StartAsync(
        silos: 3,
        static (_, options) =>
        {
            options.Caches[Bounded] = new CacheOptions { NearCache = CacheNearMode.Bounded, HotKeys = true, HotKeyReadsPerSecond = Threshold };
            options.Caches[Strict] = new CacheOptions { NearCache = CacheNearMode.Strict, HotKeys = true, HotKeyReadsPerSecond = 1_000_000 };
            options.Caches[Plain] = new CacheOptions();
        },
        static options => options.NearCache.Enabled = false,
        silo => silo.Services.Configure<CacheGridClientOptions>(options => options.NearCache.Enabled = nearInSilos),
        losesSilos: losesSilos,
        seesBatches: true);
}
