using Orleans.Cache.Client.Tests.Lanes;
using Orleans.Cache.Contracts.Invalidation;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Client.Tests.Near;

/// <summary>Near copies of sliding entries: their owner learns that they are read.</summary>
public sealed class NearRenewalTests
{
    private static readonly TimeSpan Sliding = TimeSpan.FromSeconds(100);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EntryReadNear_IsRenewedAtItsOwner_AndReadOn()
    {
        using var fixture = await StartAsync();
        await KeepAsync(fixture, "key", version: 7);
        Assert.Equal("key", await ReadNearAsync(fixture, "key"));

        // Not before a quarter of its time: one call for many reads.
        var batches = fixture.Door.Count;
        fixture.Time.Advance(TimeSpan.FromSeconds(24));
        Assert.Equal("key", await ReadNearAsync(fixture, "key"));
        Assert.Equal(batches, fixture.Door.Count);
        fixture.Time.Advance(TimeSpan.FromSeconds(2));
        var renewal = fixture.Door.Next();
        Assert.Equal([(OperationKind.Get, "key")], renewal.Operations);
        await EndAsync(fixture, renewal, Sliding, version: 7);

        // Its first hundred seconds are over: without the renewal it would not be read any more.
        fixture.Time.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal("key", await ReadNearAsync(fixture, "key"));
    }

    [Fact]
    public async Task EntryThatIsNotRead_IsLeftAlone()
    {
        using var fixture = await StartAsync();
        await KeepAsync(fixture, "key", version: 7);
        var batches = fixture.Door.Count;
        fixture.Time.Advance(Sliding);
        Assert.Equal(batches, fixture.Door.Count);
        Assert.Equal(0, fixture.Near.Count);
    }

    [Fact]
    public async Task EntriesOfOneSilo_AreRenewedTogether()
    {
        using var fixture = await StartAsync();
        string[] keys = [.. Enumerable.Range(0, 20).Select(static key => $"key{key}")];
        foreach (var key in keys)
        {
            await KeepAsync(fixture, key, version: 7);
            await ReadNearAsync(fixture, key);
        }

        fixture.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(keys.Order(), fixture.Door.Next().Keys.Order());
    }

    [Fact]
    public async Task Copy_ThatHasToGo_LeavesItsRenewal()
    {
        using var fixture = await StartAsync(static options => options.NearCache.MaxEntries = 1);
        await KeepAsync(fixture, "read", version: 7);
        await ReadNearAsync(fixture, "read");

        // What comes back soon is worth more than what was read once.
        await KeepAsync(fixture, "other", version: 7);
        await KeepAsync(fixture, "other", version: 7);
        Assert.Equal("other", await ReadNearAsync(fixture, "other"));
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("read", fixture.Door.Next().Keys);
    }

    [Fact]
    public async Task Renewal_ThatFails_IsBegunAgain()
    {
        using var fixture = await StartAsync();
        await KeepAsync(fixture, "key", version: 7);
        await ReadNearAsync(fixture, "key");
        fixture.Time.Advance(TimeSpan.FromSeconds(26));
        fixture.Door.Next().Refuse(BatchOutcome.Malformed);
        ReceivedBatch? again = null;
        while (again is null)
        {
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
            again = fixture.Door.Count > 2 ? fixture.Door.Next() : null;
            await Task.Yield();
        }

        Assert.Equal(["key"], again.Keys);
    }

    [Fact]
    public async Task Renewal_OfWhatIsAnotherEntryByNow_DoesNotProlongTheCopy()
    {
        using var fixture = await StartAsync();
        await KeepAsync(fixture, "key", version: 7);
        await ReadNearAsync(fixture, "key");
        fixture.Time.Advance(TimeSpan.FromSeconds(26));
        await EndAsync(fixture, fixture.Door.Next(), Sliding, version: 8);
        fixture.Time.Advance(TimeSpan.FromSeconds(80));
        Assert.Null(fixture.Near.Find("key", out _, out _));
    }

    private static async Task<LaneFixture> StartAsync(Action<CacheGridClientOptions>? configure = null)
    {
        // So long that only what a test does ends it.
        var fixture = new LaneFixture(configure, nearCache: new NearCacheMessage(CacheNearMode.Bounded, TimeSpan.FromMinutes(10)));
        fixture.Door.Follow = static request => request.Session == 0
            ? new ValueTask<FollowReply>(new FollowReply(1, 1, IsGap: true, null, 1, [0], [1], ["default"]))
            : new ValueTask<FollowReply>(new TaskCompletionSource<FollowReply>().Task);
        Assert.True(fixture.Near.IsOn);
        await Poll.UntilAsync(() => IsTrusted(fixture));

        return fixture;
    }

    private static bool IsTrusted(LaneFixture fixture) => fixture.Near.Find("key", out _, out var fill) is null && fill.IsWanted;

    /// <summary>Reads a key from the silo, which says that its entry slides.</summary>
    private static async Task KeepAsync(LaneFixture fixture, string key, long version)
    {
        var read = fixture.GetAsync(key, Cancelled);
        fixture.Door.Next().Answer(_ => Said(Sliding, version, OperationStatus.Done));
        Assert.Equal(key, await read);
    }

    private static async Task<string?> ReadNearAsync(LaneFixture fixture, string key)
    {
        var read = fixture.GetAsync(key, Cancelled);
        Assert.True(read.IsCompleted);
        return await read;
    }

    /// <summary>Answers a renewal, and waits until that is taken note of.</summary>
    private static async Task EndAsync(LaneFixture fixture, ReceivedBatch renewal, TimeSpan left, long version)
    {
        renewal.Answer(_ => Said(left, version, OperationStatus.Chunked));
        await Poll.UntilAsync(() => fixture.Near.Renewed > 0);
    }

    private static ShardResult Said(TimeSpan left, long version, OperationStatus status) =>
        new() { Status = status, Version = version, Number = (long)left.TotalMilliseconds, Slides = true };
}
