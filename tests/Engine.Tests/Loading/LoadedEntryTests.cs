using System.Buffers.Binary;
using System.Text;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Loading;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.Engine.Tests.Copies;
using Orleans.Cache.Engine.Tests.Shards;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Engine.Tests.Loading;

/// <summary>Entries that are kept when their time is over: absent to all, but for those who load.</summary>
public sealed class LoadedEntryTests : IDisposable
{
    private const long TimeToLive = 1_000;
    private const long Kept = 5_000;

    private static readonly LoadMark Mark = new(Kept, LoadMark.CostOf(TimeSpan.FromMilliseconds(200)), isNull: false);

    private readonly ManualTimeProvider _time = new();
    private readonly ShardHost _host;
    private readonly HostDriver _driver;

    public LoadedEntryTests()
    {
        _host = TestHosts.Create(_time);
        _driver = new HostDriver(_host);
    }

    public void Dispose()
    {
        _driver.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void Entry_InItsTime_IsAnEntryLikeAnyOther()
    {
        Store("key", "value"u8);

        Assert.Equal("value", _driver.TextOf("key"));
        var result = _driver.Get("key");
        Assert.Equal((TimeToLive, false, Mark.Cost), (result.Number, result.IsStale, result.LoadCost));
        Assert.Equal(OperationStatus.KeyPresent, SetIf(CacheConditionKind.IfAbsent).Status);
    }

    [Fact]
    public void Entry_WhenItsTimeIsOver_IsThereForLoadsOnly()
    {
        Store("key", "value"u8);

        Advance(TimeToLive + 300);

        Assert.Equal(OperationStatus.NotFound, _driver.Get("key").Status);
        Assert.False(_driver.Has("key"));
        Assert.Equal(OperationStatus.NotFound, _driver.One(new ShardOperation { Kind = OperationKind.Touch, TimeToLive = 9_000 }, "key"u8).Status);
        var stale = LoadGet("key");
        Assert.Equal((OperationStatus.Done, true, 300L), (stale.Status, stale.IsStale, stale.Number));
        Assert.Equal("value"u8, _driver.ValueOf(0));
        Assert.Equal(OperationStatus.Done, LoadPeek("key").Status);
        _host.Validate();
    }

    [Fact]
    public void Entry_AfterTheTimeItIsKept_IsGone()
    {
        Store("key", "value"u8);

        Advance(TimeToLive + Kept);

        Assert.Equal(OperationStatus.NotFound, LoadGet("key").Status);
        Assert.Equal(0, _host.GetStatistics()[0].Entries);
    }

    [Fact]
    public void StaleEntry_IsAbsentToConditionsIncrementsAndRemovals()
    {
        Store("key", "7"u8);
        Advance(TimeToLive);
        Assert.Equal(OperationStatus.KeyAbsent, SetIf(CacheConditionKind.IfPresent).Status);
        Assert.Equal(OperationStatus.Done, SetIf(CacheConditionKind.IfAbsent).Status);
        Assert.Equal("set", _driver.TextOf("key"));

        Store("count", "7"u8);
        Advance(TimeToLive);
        Assert.Equal(3, _driver.One(new ShardOperation { Kind = OperationKind.Increment, Argument = 3 }, "count"u8).Number);

        Store("gone", "7"u8);
        Advance(TimeToLive);
        Assert.Equal(OperationStatus.NotFound, _driver.Remove("gone").Status);
        Assert.Equal(OperationStatus.NotFound, LoadGet("gone").Status);
        _host.Validate();
    }

    [Fact]
    public void SlidingEntry_StaysAsLongAsItIsRead_AndIsStaleAfterwards()
    {
        Store("key", "value"u8, timeToLive: ShardOperation.Forever, sliding: 1_000);
        for (var use = 0; use < 5; use++)
        {
            Advance(900);
            Assert.Equal("value", _driver.TextOf("key"));
        }

        Advance(1_500);
        Assert.Null(_driver.TextOf("key"));
        Assert.Equal(500, LoadGet("key").Number);
        Advance(Kept - 500);
        Assert.Equal(OperationStatus.NotFound, LoadGet("key").Status);
    }

    [Fact]
    public void Touch_GivesANewTime_AndItIsKeptAfterIt()
    {
        Store("key", "value"u8);
        Assert.Equal(3_000, _driver.One(new ShardOperation { Kind = OperationKind.Touch, TimeToLive = 3_000 }, "key"u8).Number);

        Advance(3_100);

        Assert.Equal((OperationStatus.Done, true, 100L), (LoadGet("key").Status, _driver.Results[0].IsStale, _driver.Results[0].Number));
    }

    [Fact]
    public void LargeValue_ThatWasStagedAndCommitted_IsKeptToo()
    {
        var value = new byte[300_000];
        Random.Shared.NextBytes(value);
        _driver.Stage("key", id: 5, offset: 0, value.Length, value);
        var commit = new byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(commit, 5);
        BinaryPrimitives.WriteUInt64LittleEndian(commit.AsSpan(8), Mark.Bits);
        var done = _driver.One(new ShardOperation { Kind = OperationKind.Commit, IsLoad = true, Argument = Claim("key"), TimeToLive = TimeToLive }, "key"u8, commit);
        Assert.Equal(OperationStatus.Done, done.Status);

        Advance(TimeToLive);

        Assert.Equal(OperationStatus.NotFound, _driver.Get("key").Status);
        Assert.True(LoadGet("key").IsStale);
        Assert.True(_driver.ValueOf(0).SequenceEqual(value));
    }

    [Fact]
    public void Store_WithoutItsLease_IsRefused()
    {
        var token = Claim("key");

        Assert.Equal(OperationStatus.VersionMismatch, LoadSet("key", "value"u8, token + 1).Status);
        Assert.Equal(OperationStatus.VersionMismatch, LoadSet("other", "value"u8, token).Status);
        Assert.Equal(OperationStatus.Done, LoadSet("key", "value"u8, token).Status);
        Assert.Equal(OperationStatus.VersionMismatch, LoadSet("key", "again"u8, token).Status);
        Assert.Equal("value", _driver.TextOf("key"));
    }

    [Fact]
    public void Store_AfterSomebodyElseWroteOrRemoved_IsRefused()
    {
        var token = Claim("set");
        _driver.Set("set", "newer"u8);
        Assert.Equal(OperationStatus.VersionMismatch, LoadSet("set", "older"u8, token).Status);
        Assert.Equal("newer", _driver.TextOf("set"));

        token = Claim("removed");
        _driver.Remove("removed");
        Assert.Equal(OperationStatus.VersionMismatch, LoadSet("removed", "older"u8, token).Status);
        Assert.False(_driver.Has("removed"));
    }

    [Fact]
    public void Store_WithoutALease_IsDoneIfTheKeyIsAbsent()
    {
        Assert.Equal(OperationStatus.Done, LoadSet("key", "first"u8, LoadTable.NoToken).Status);
        Assert.Equal(OperationStatus.VersionMismatch, LoadSet("key", "second"u8, LoadTable.NoToken).Status);
        Advance(TimeToLive);
        Assert.Equal(OperationStatus.Done, LoadSet("key", "third"u8, LoadTable.NoToken).Status);
    }

    [Fact]
    public void Load_OfOtherOperations_IsInvalid()
    {
        foreach (var kind in (OperationKind[])[OperationKind.Remove, OperationKind.Touch, OperationKind.Increment, OperationKind.GetRange, OperationKind.Stage])
        {
            Assert.Equal(OperationStatus.Invalid, _driver.One(new ShardOperation { Kind = kind, IsLoad = true }, "key"u8).Status);
        }

        Assert.Equal(OperationStatus.Invalid, _driver.One(new ShardOperation { Kind = OperationKind.Set, IsLoad = true }, "key"u8, "short"u8).Status);
    }

    [Fact]
    public void Replica_ThatTakesOver_HasWhatIsStale()
    {
        using var grid = new CopyGrid(nodes: 2, seed: 1);
        grid.Start(0);
        grid.Start(1);
        grid.WantAll(0, 1);
        grid.Settle(0, 1);
        using var owner = new HostDriver(grid.Shards(0));
        Assert.Equal(OperationStatus.Done, Store(owner, grid.Shards(0), "key", "value"u8));
        grid.Run(1_500);

        grid.Kill(0);
        grid.WantAll(1);
        grid.Settle(1);

        using var next = new HostDriver(grid.Shards(1));
        Assert.Equal(OperationStatus.NotFound, next.Get("key").Status);
        var stale = next.One(new ShardOperation { Kind = OperationKind.Get, IsLoad = true }, "key"u8);
        Assert.Equal((OperationStatus.Done, true, Mark.Cost), (stale.Status, stale.IsStale, stale.LoadCost));
        Assert.Equal("value"u8, next.ValueOf(0));
    }

    private void Advance(long milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    private long Claim(string key) => _host.StoreOf(0).Loads.Claim(Encoding.UTF8.GetBytes(key), now: 0, until: long.MaxValue).Token;

    private void Store(string key, ReadOnlySpan<byte> value, long timeToLive = TimeToLive, long sliding = 0) =>
        Assert.Equal(OperationStatus.Done, LoadSet(key, value, Claim(key), timeToLive, sliding).Status);

    private static OperationStatus Store(HostDriver driver, ShardHost host, string key, ReadOnlySpan<byte> value)
    {
        var token = host.StoreOf(0).Loads.Claim(Encoding.UTF8.GetBytes(key), now: 0, until: long.MaxValue).Token;
        return LoadSet(driver, key, value, token, TimeToLive, sliding: 0).Status;
    }

    private ShardResult LoadSet(string key, ReadOnlySpan<byte> value, long token, long timeToLive = TimeToLive, long sliding = 0) =>
        LoadSet(_driver, key, value, token, timeToLive, sliding);

    private static ShardResult LoadSet(HostDriver driver, string key, ReadOnlySpan<byte> value, long token, long timeToLive, long sliding)
    {
        var marked = new byte[LoadMark.SizeInBytes + value.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(marked, Mark.Bits);
        value.CopyTo(marked.AsSpan(LoadMark.SizeInBytes));
        var operation = new ShardOperation { Kind = OperationKind.Set, IsLoad = true, Argument = token, TimeToLive = timeToLive, SlidingExpiration = sliding };
        return driver.One(operation, Encoding.UTF8.GetBytes(key), marked);
    }

    private ShardResult LoadGet(string key) => _driver.One(new ShardOperation { Kind = OperationKind.Get, IsLoad = true }, Encoding.UTF8.GetBytes(key));

    private ShardResult LoadPeek(string key) => _driver.One(new ShardOperation { Kind = OperationKind.Peek, IsLoad = true }, Encoding.UTF8.GetBytes(key));

    private ShardResult SetIf(CacheConditionKind condition) =>
        _driver.One(new ShardOperation { Kind = OperationKind.Set, Condition = (byte)condition }, "key"u8, "set"u8);
}
