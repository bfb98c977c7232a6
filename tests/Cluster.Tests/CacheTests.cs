using System.Text;

namespace Orleans.Cache.Cluster.Tests;

/// <summary>What a caller sees of a cache, through a client outside of three silos.</summary>
public sealed class CacheTests : IAsyncLifetime
{
    private GridFixture _grid = null!;

    private ICache Cache => _grid.Grid.GetCache();

    public async ValueTask InitializeAsync() => _grid = await GridFixture.StartAsync(silos: 2, seesBatches: true, configure: static (_, options) =>
    {
        options.Limits = new CacheLimits { MaxKeyBytes = 100, MaxValueBytes = 1000, MaxBatchOperations = 10, MaxBatchBytes = 5000 };
        options.Caches["short"] = new CacheOptions { DefaultTimeToLive = TimeSpan.FromMinutes(1) };
    });

    public ValueTask DisposeAsync() => _grid.DisposeAsync();

    [Fact]
    public async Task TryGet_TellsAMissFromAnEmptyValue()
    {
        await Cache.SetAsync("empty", ReadOnlyMemory<byte>.Empty);

        var empty = await Cache.TryGetAsync("empty");
        var missing = await Cache.TryGetAsync("missing");

        Assert.True(empty.Found);
        Assert.Equal(0, empty.Value.Length);
        Assert.False(missing.Found);
        Assert.Equal(0, missing.Version);
        Assert.NotNull(await Cache.GetAsync("empty"));
        Assert.Null(await Cache.GetAsync("missing"));
    }

    [Fact]
    public async Task Set_WithConditions_SaysWhichFailed()
    {
        var first = await Cache.SetAsync("key", "1", new CacheSetOptions { Condition = CacheCondition.IfAbsent });
        var present = await Cache.SetAsync("key", "2", new CacheSetOptions { Condition = CacheCondition.IfAbsent });
        var second = await Cache.SetAsync("key", "3", new CacheSetOptions { Condition = CacheCondition.IfVersion(first.Version) });
        var stale = await Cache.SetAsync("key", "4", new CacheSetOptions { Condition = CacheCondition.IfVersion(first.Version) });
        var absent = await Cache.SetAsync("other", "5", new CacheSetOptions { Condition = CacheCondition.IfPresent });

        Assert.Equal(CacheWriteOutcome.Stored, first.Outcome);
        Assert.Equal(new CacheWriteResult(CacheWriteOutcome.KeyPresent, first.Version), present);
        Assert.True(second.Version > first.Version);
        Assert.Equal(new CacheWriteResult(CacheWriteOutcome.VersionMismatch, second.Version), stale);
        Assert.Equal(new CacheWriteResult(CacheWriteOutcome.KeyAbsent, 0), absent);
        Assert.Equal("3", await Cache.GetAsync<string>("key"));
        Assert.Equal(CacheWriteOutcome.VersionMismatch, Assert.Throws<CacheConditionException>(() => stale.EnsureStored()).Outcome);
    }

    [Fact]
    public async Task Increment_CountsAndRefusesWhatIsNoNumber()
    {
        Assert.Equal(5, await Cache.IncrementAsync("counter", 5));
        Assert.Equal(3, await Cache.IncrementAsync("counter", -2));
        Assert.Equal("3", Encoding.UTF8.GetString((await Cache.GetAsync("counter"))!.Value.Span));

        await Cache.SetAsync("text", "x"u8.ToArray());
        Assert.Equal(CacheErrorCode.NotANumber, (await Assert.ThrowsAsync<CacheRequestException>(async () => await Cache.IncrementAsync("text"))).Code);
        await Cache.SetAsync("large", Encoding.UTF8.GetBytes($"{long.MaxValue}"));
        Assert.Equal(CacheErrorCode.IncrementOverflow, (await Assert.ThrowsAsync<CacheRequestException>(async () => await Cache.IncrementAsync("large"))).Code);
    }

    [Fact]
    public async Task TouchRemoveAndLocate_DoAsTheirNamesSay()
    {
        await Cache.SetAsync("key", "value"u8.ToArray());
        Assert.Null((await Cache.TryGetAsync("key")).TimeToLive);

        Assert.True(await Cache.TouchAsync("key", TimeSpan.FromHours(1)));
        var location = await Cache.LocateAsync("key");
        Assert.True(location.Found);
        Assert.InRange(location.TimeToLive!.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        Assert.Equal(Slot.Of("key"), location.Slot);

        Assert.True(await Cache.RemoveAsync("key"));
        Assert.False(await Cache.RemoveAsync("key"));
        Assert.False(await Cache.TouchAsync("key", TimeSpan.FromHours(1)));
        await Cache.SetManyAsync([new("a", default), new("b", default)]);
        Assert.Equal(2, await Cache.RemoveManyAsync(["a", "b", "c"]));
    }

    [Fact]
    public async Task NamedCaches_HaveTheirOwnKeysAndSettings()
    {
        var other = _grid.Grid.GetCache("short");
        await Cache.SetAsync("key", "long"u8.ToArray());
        await other.SetAsync("key", "short"u8.ToArray());
        await other.SetAsync("kept", "short"u8.ToArray(), new CacheSetOptions { TimeToLive = Timeout.InfiniteTimeSpan });

        Assert.Null((await Cache.TryGetAsync("key")).TimeToLive);
        Assert.InRange((await other.TryGetAsync("key")).TimeToLive!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.Null((await other.TryGetAsync("kept")).TimeToLive);
    }

    [Fact]
    public async Task Bytes_StayBytes_WhicheverOverloadTakesThem()
    {
        byte[] bytes = [1, 2, 3];
        await Cache.SetAsync("array", bytes);
        await Cache.SetAsync("memory", bytes.AsMemory());

        Assert.Equal(bytes, (await Cache.GetAsync("array"))!.Value.ToArray());
        Assert.Equal(bytes, await Cache.GetAsync<byte[]>("memory"));
    }

    [Fact]
    public async Task Statistics_AreOfAllSilosTogether()
    {
        await Cache.SetManyAsync([.. Enumerable.Range(0, 10).Select(number => new CacheSetItem($"key:{number}", new byte[10]))]);
        await Cache.GetManyAsync([.. Enumerable.Range(5, 10).Select(number => (CacheKey)$"key:{number}")]);

        var silos = await _grid.Grid.GetStatisticsAsync();

        var total = silos.SelectMany(silo => silo.Caches).Where(cache => cache.Cache == Cache.Name).Aggregate((left, right) => left.Plus(right));
        Assert.Equal(2, silos.Count);
        Assert.Equal((10, 5, 5, 10), (total.Entries, total.Hits, total.Misses, total.Writes));
        Assert.Equal(0.5, total.HitRatio);
        Assert.True(total.Bytes > 0);
    }

    [Fact]
    public async Task BadInput_IsRefusedBeforeAnythingIsSent()
    {
        await Cache.GetAsync("contact");
        var value = new byte[1];
        _grid.ForgetCalls();

        await RefusedAsync(CacheErrorCode.InvalidKey, () => Cache.TryGetAsync((string?)null));
        await RefusedAsync(CacheErrorCode.InvalidKey, () => Cache.TryGetAsync(""));
        await RefusedAsync(CacheErrorCode.InvalidKey, () => Cache.TryGetAsync(new string('k', 101)));
        await RefusedAsync(CacheErrorCode.InvalidKey, () => Cache.TryGetAsync("\ud800"));
        await RefusedAsync(CacheErrorCode.ValueTooLarge, () => Cache.SetAsync("key", new byte[1001]));
        await RefusedAsync(CacheErrorCode.InvalidTimeToLive, () => Cache.SetAsync("key", value, new() { TimeToLive = TimeSpan.Zero }));
        await RefusedAsync(CacheErrorCode.InvalidTimeToLive, () => Cache.SetAsync("key", value, new() { TimeToLive = TimeSpan.FromSeconds(-5) }));
        await RefusedAsync(CacheErrorCode.InvalidTimeToLive, () => Cache.SetAsync("key", value, new() { SlidingExpiration = TimeSpan.MaxValue }));
        await RefusedAsync(CacheErrorCode.InvalidTimeToLive, () => Cache.TouchAsync("key", TimeSpan.MaxValue));
        await RefusedAsync(CacheErrorCode.BatchTooLarge, () => Cache.GetManyAsync([.. Enumerable.Range(0, 11).Select(number => (CacheKey)$"{number}")]));
        await RefusedAsync(CacheErrorCode.BatchTooLarge, () => Cache.SetManyAsync([.. Enumerable.Range(0, 6).Select(number => new CacheSetItem($"{number}", new byte[999]))]));
        await RefusedAsync(CacheErrorCode.DuplicateKey, () => Cache.RemoveManyAsync(["a", "b", "a"u8.ToArray()]));
        Assert.Equal(CacheErrorCode.InvalidVersion, Assert.Throws<CacheRequestException>(() => CacheCondition.IfVersion(0)).Code);
        Assert.Equal(CacheErrorCode.UnknownCache, Assert.Throws<CacheRequestException>(() => _grid.Grid.GetCache("unknown")).Code);
        Assert.Equal(CacheErrorCode.UnknownCache, Assert.Throws<CacheRequestException>(() => _grid.Grid.GetCache("no name")).Code);

        Assert.DoesNotContain(_grid.Calls, call => call.Method == nameof(Contracts.Nodes.ICacheNode.ExecuteAsync));
    }

    [Fact]
    public async Task TypeWithoutDescription_IsRefusedWithTheWayToMendIt()
    {
        var error = await Assert.ThrowsAsync<CacheSerializationException>(async () => await Cache.SetAsync("key", new { Name = "x" }));

        Assert.Contains("JsonSerializerContext", error.Message, StringComparison.Ordinal);
    }

    private static async Task RefusedAsync<T>(CacheErrorCode code, Func<ValueTask<T>> call)
    {
        var error = await Assert.ThrowsAsync<CacheRequestException>(async () => await call());
        Assert.Equal(code, error.Code);
    }
}
