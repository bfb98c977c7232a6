using System.Text;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Events;
using Orleans.Cache.Engine.Tests.Shards;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Engine.Tests.Events;

/// <summary>What shards tell of, in which order, and what becomes of it when there is no room.</summary>
public sealed class EventBufferTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly EventBuffer _events = new(1 << 16);

    [Fact]
    public void Operations_AreToldInTheirOrder_AndOnlyIfTheyWereDone()
    {
        using var host = TestHosts.Create(_time, Told(), partitions: 8, TestHosts.Budget, events: _events);
        using var driver = new HostDriver(host);
        var set = driver.One(new ShardOperation { Kind = OperationKind.Set, TimeToLive = 1000 }, "a"u8, "1"u8);
        driver.One(new ShardOperation { Kind = OperationKind.Set, Condition = (byte)CacheConditionKind.IfAbsent }, "a"u8, "2"u8);
        driver.One(new ShardOperation { Kind = OperationKind.Touch, TimeToLive = 2000 }, "a"u8);
        driver.One(new ShardOperation { Kind = OperationKind.Increment, Argument = 1 }, "a"u8);
        driver.One(new ShardOperation { Kind = OperationKind.Get }, "a"u8);
        driver.One(new ShardOperation { Kind = OperationKind.Remove }, "a"u8);
        driver.One(new ShardOperation { Kind = OperationKind.Remove }, "a"u8);
        driver.One(new ShardOperation { Kind = OperationKind.Clear }, "a"u8);

        Assert.Equal(["Set a", "Set a", "Removed a", "Cleared "], Taken(out var versions));
        Assert.Equal(set.Version, versions[0]);
        Assert.True(versions[1] > versions[0]);
        Assert.Equal([0, 0], versions[2..]);
    }

    [Fact]
    public void Expiry_IsToldOnce_WhenItIsMetOrSwept()
    {
        using var host = TestHosts.Create(_time, Told(), partitions: 8, TestHosts.Budget, events: _events);
        using var driver = new HostDriver(host);
        driver.One(new ShardOperation { Kind = OperationKind.Set, TimeToLive = 1000 }, "met"u8, "1"u8);
        driver.One(new ShardOperation { Kind = OperationKind.Set, TimeToLive = 1000 }, "swept"u8, "1"u8);
        driver.One(new ShardOperation { Kind = OperationKind.Set, TimeToLive = 1000 }, "written over"u8, "1"u8);
        _time.Advance(TimeSpan.FromSeconds(1));
        driver.One(new ShardOperation { Kind = OperationKind.Get }, "met"u8);
        driver.One(new ShardOperation { Kind = OperationKind.Get }, "met"u8);
        driver.One(new ShardOperation { Kind = OperationKind.Set }, "written over"u8, "2"u8);
        for (var second = 0; second < 60; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            host.Sweep();
        }

        Assert.Equal(["Set met", "Set swept", "Set written over", "Expired met", "Expired written over", "Set written over", "Expired swept"], Taken(out _));
    }

    [Fact]
    public void Evictions_AreAsManyAsAreCounted()
    {
        using var host = TestHosts.Create(_time, Told(maxEntries: 100), partitions: 8, TestHosts.Budget, events: _events);
        using var driver = new HostDriver(host);
        for (var key = 0; key < 1000; key++)
        {
            driver.One(new ShardOperation { Kind = OperationKind.Set }, Encoding.UTF8.GetBytes($"{key}"), "1"u8);
        }

        var told = Taken(out _);
        var statistics = host.GetStatistics()[0];
        Assert.True(statistics.Evictions > 0);
        Assert.Equal(statistics.Evictions, told.Count(static text => text.StartsWith("Evicted", StringComparison.Ordinal)));
        Assert.Equal(1000, told.Count(static text => text.StartsWith("Set", StringComparison.Ordinal)));
    }

    [Fact]
    public void OtherCaches_AreNotTold()
    {
        var caches = new Dictionary<string, CacheOptions> { ["a"] = new(), ["b"] = new() { Events = true } };
        using var host = TestHosts.Create(_time, caches, partitions: 8, TestHosts.Budget, events: _events);
        using var silent = new HostDriver(host, cache: 0);
        using var told = new HostDriver(host, cache: 1);
        silent.Set("silent", [1]);
        told.Set("told", [1]);
        Assert.Equal(["Set told"], Taken(out _));
        Assert.Equal(["b"], host.Settings.CachesWithEvents);
    }

    [Fact]
    public void WhatFindsNoRoom_IsCounted()
    {
        var small = new EventBuffer((2 * EventRecord.HeadBytes) + 3);
        Assert.True(small.IsEmpty);
        for (var number = 0; number < 5; number++)
        {
            small.Add(CacheEventKind.Set, 0, "k"u8, number);
        }

        Assert.False(small.IsEmpty);
        var run = small.Take();
        Assert.Equal((2, 3), (run.Count, run.Lost));
        Assert.Equal(2 * (EventRecord.HeadBytes + 1), run.Bytes.Length);
        Assert.True(small.IsEmpty);
        small.Add(CacheEventKind.Set, 0, "k"u8, 9);
        run = small.Take();
        Assert.Equal((1, 0), (run.Count, run.Lost));
    }

    [Fact]
    public void Replica_TellsNothingOfItself()
    {
        // No partition is served here.
        _events.UseCopies(new CopyGates(8, network: null!, _time, TimeSpan.FromSeconds(1)));
        var store = new StoreEvents(_events, number: 0);
        store.AddOwn(CacheEventKind.Expired, 3, "k"u8, 1);
        store.AddOwn(CacheEventKind.Evicted, 3, "k"u8, 1);
        Assert.True(_events.IsEmpty);
    }

    [Fact]
    public void Writes_ThatAreTold_AllocateNothing()
    {
        using var host = TestHosts.Create(_time, Told(maxEntries: 500), partitions: 8, TestHosts.Budget, events: _events);
        using var driver = new HostDriver(host);
        var keys = Enumerable.Range(0, 1_000).Select(static number => Encoding.UTF8.GetBytes($"key-{number}")).ToArray();
        Churn();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Churn();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Churn()
        {
            for (var round = 0; round < 3; round++)
            {
                foreach (var key in keys)
                {
                    driver.One(new ShardOperation { Kind = OperationKind.Set, TimeToLive = 60_000 }, key, "value"u8);
                }

                _events.Take();
            }
        }
    }

    private static Dictionary<string, CacheOptions> Told(long? maxEntries = null) => new() { ["cache"] = new CacheOptions { Events = true, MaxEntries = maxEntries } };

    private List<string> Taken(out List<long> versions)
    {
        var run = _events.Take();
        var told = new List<string>();
        versions = [];
        var left = run.Bytes.Span;
        while (EventRecord.TryRead(left, out var record))
        {
            told.Add($"{record.Kind} {Encoding.UTF8.GetString(record.Subject)}");
            versions.Add(record.Version);
            left = left[record.Size..];
        }

        Assert.True(left.IsEmpty);
        Assert.Equal((told.Count, 0), (run.Count, run.Lost));
        return told;
    }
}
