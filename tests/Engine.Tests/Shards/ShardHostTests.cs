using System.Text;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Eviction;
using Orleans.Cache.Engine.Index;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Engine.Tests.Shards;

public sealed class ShardHostTests
{
    private readonly ManualTimeProvider _time = new();

    public static TheoryData<string> Policies => [.. EvictionPolicies.Names];

    [Fact]
    public void Execute_OperationsThatBreakRules_AreInvalid()
    {
        using var driver = Driver(TestHosts.Create(_time));
        var get = new ShardOperation { Kind = OperationKind.Get };

        Assert.Equal(OperationStatus.Invalid, driver.One(get, []).Status);
        Assert.Equal(OperationStatus.Invalid, driver.One(get, new byte[1025]).Status);
        Assert.Equal(OperationStatus.Invalid, driver.One(get with { Kind = 0 }, "k"u8).Status);
        Assert.Equal(OperationStatus.Invalid, driver.One(get with { Kind = (OperationKind)11 }, "k"u8).Status);
        Assert.Equal(OperationStatus.Invalid, driver.One(get with { Condition = 4 }, "k"u8).Status);
        Assert.Equal(OperationStatus.Invalid, driver.One(get with { TimeToLive = -2 }, "k"u8).Status);
        Assert.Equal(OperationStatus.Invalid, driver.One(get with { SlidingExpiration = long.MaxValue }, "k"u8).Status);
        Assert.Equal(OperationStatus.Invalid, driver.Set("k", new byte[(8 * 1024 * 1024) + 1]).Status);
    }

    [Fact]
    public void Execute_PartitionNotOpen_IsMoved()
    {
        using var driver = Driver(TestHosts.Create(_time, partitions: 1));
        driver.Set("k", "v"u8);

        Assert.True(driver.Host.Close(0, epoch: 1));
        Assert.Equal(OperationStatus.Moved, driver.Get("k").Status);

        Assert.True(driver.Host.Open(0, epoch: 2));
        Assert.Equal(OperationStatus.NotFound, driver.Get("k").Status);
    }

    [Fact]
    public void Close_FullPartition_GivesItsMemoryBack()
    {
        // Too small a budget for huge pages, which are touched ahead.
        using var driver = Driver(TestHosts.Create(_time, partitions: 1, budget: 32 * 1024 * 1024));
        var before = driver.Host.ResidentBytes;
        for (var number = 0; number < 50_000; number++)
        {
            driver.Set($"key-{number}", new byte[100], timeToLive: 60_000);
        }

        Assert.True(driver.Host.ResidentBytes > before + 6_000_000);
        driver.Host.Close(0, epoch: 1);

        // A slab stays with the queues, for the next entry.
        Assert.InRange(driver.Host.ResidentBytes, before, before + (512 * 1024));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(8 * 1024 * 1024)]
    public void Set_ValueOfAnySize_IsReadBackWhole(int length)
    {
        using var driver = Driver(TestHosts.Create(_time));
        var value = new byte[length];
        new Random(1).NextBytes(value);

        Assert.Equal(OperationStatus.Done, driver.Set("k", value).Status);
        Assert.Equal(OperationStatus.Done, driver.Get("k").Status);
        Assert.Equal(value, driver.ValueOf(0));

        Assert.Equal(OperationStatus.Done, driver.Set("k", "small"u8).Status);
        Assert.Equal("small", driver.TextOf("k"));
        driver.Host.Validate();
    }

    [Fact]
    public void Set_EntryLargerThanItMayBe_IsRefusedAndNothingIsEvicted()
    {
        using var driver = Driver(TestHosts.Create(_time, budget: 4 * 1024 * 1024));
        driver.Set("small", "v"u8);

        Assert.Equal(OperationStatus.EntryTooLarge, driver.Set("large", new byte[5 * 1024 * 1024]).Status);
        Assert.True(driver.Has("small"));

        using var limited = Driver(TestHosts.Create(_time, new CacheOptions { MaxBytes = 100_000 }));
        limited.Set("small", "v"u8);

        Assert.Equal(OperationStatus.EntryTooLarge, limited.Set("large", new byte[100_000]).Status);
        Assert.True(limited.Has("small"));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Set_MoreThanMaxEntries_HoldsExactlySoMany(string policy)
    {
        using var driver = Driver(TestHosts.Create(_time, new CacheOptions { MaxEntries = 100, Eviction = policy }, partitions: 1024));
        for (var number = 0; number < 1_000; number++)
        {
            driver.Set($"key-{number}", "v"u8);
            driver.Get($"key-{number % 37}");
            Assert.True(driver.Host.GetStatistics()[0].Entries <= 100);
        }

        var statistics = driver.Host.GetStatistics()[0];
        Assert.Equal(100, statistics.Entries);
        driver.Host.Validate();
    }

    [Fact]
    public void Set_MaxBytes_AreKept()
    {
        using var driver = Driver(TestHosts.Create(_time, new CacheOptions { MaxBytes = 1024 * 1024 }));
        for (var number = 0; number < 20_000; number++)
        {
            driver.Set($"key-{number}", new byte[number % 900]);
        }

        var statistics = driver.Host.GetStatistics()[0];
        Assert.InRange(statistics.Bytes, 900_000, (1024 * 1024) + 100_000);
        Assert.True(statistics.Evictions > 10_000);
    }

    [Fact]
    public void Close_PartOfThePartitions_LowersTheLimitsByTheirPart()
    {
        using var driver = Driver(TestHosts.Create(_time, new CacheOptions { MaxEntries = 80 }));
        for (var partition = 0; partition < 6; partition++)
        {
            driver.Host.Close(partition, epoch: 1);
        }

        for (var number = 0; number < 1_000; number++)
        {
            driver.Set($"key-{number}", "v"u8);
        }

        Assert.Equal(20, driver.Host.GetStatistics()[0].Entries);
    }

    [Fact]
    public void SetMemoryBudget_BelowWhatIsUsed_EvictsInSteps()
    {
        using var driver = Driver(TestHosts.Create(_time, budget: 16 * 1024 * 1024));
        for (var number = 0; number < 200_000; number++)
        {
            driver.Set($"key-{number}", new byte[40]);
        }

        Assert.True(driver.Host.UsedBytes > 12 * 1024 * 1024);
        driver.Host.SetMemoryBudget(6 * 1024 * 1024);
        Assert.True(driver.Host.UsedBytes > 12 * 1024 * 1024);
        for (var number = 0; number < 2_000; number++)
        {
            // Of sizes that nobody has written before, so that slabs must be emptied for them.
            var before = driver.Host.GetStatistics()[0].Evictions;
            driver.Set($"other-{number}", new byte[100 + (number % 2_000)]);
            Assert.InRange(driver.Host.GetStatistics()[0].Evictions - before, 0, RoomMaker.StepsPerWrite);
            Assert.True(driver.Host.UsedBytes <= 16 * 1024 * 1024);
        }

        for (var sweep = 0; sweep < 10; sweep++)
        {
            driver.Host.Sweep();
        }

        Assert.InRange(driver.Host.UsedBytes, 0, 6 * 1024 * 1024);
        driver.Host.Validate();
    }

    [Fact]
    public void Sweep_ExpiredEntries_AreReclaimedWithinTheSecond()
    {
        using var driver = Driver(TestHosts.Create(_time));
        var random = new Random(5);
        var expiries = new List<int>();
        for (var number = 0; number < 5_000; number++)
        {
            expiries.Add(1 + random.Next(number % 3 == 0 ? 200_000 : 5_000));
            driver.Set($"key-{number}", "v"u8, timeToLive: expiries[^1]);
        }

        for (var second = 1; second <= 200; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            driver.Host.Sweep();
            Assert.Equal(expiries.Count(expiry => expiry > second * 1000), driver.Host.GetStatistics()[0].Entries);
        }

        Assert.Equal(5_000, driver.Host.GetStatistics()[0].Expirations);
        driver.Host.Validate();
    }

    [Fact]
    public void Set_JitteredTimeToLive_IsShortenedByItsPartAtMost()
    {
        using var driver = Driver(TestHosts.Create(_time, new CacheOptions { TimeToLiveJitter = 0.25 }));
        var left = new List<long>();
        for (var number = 0; number < 500; number++)
        {
            driver.Set($"key-{number}", "v"u8, timeToLive: 10_000);
            left.Add(driver.Get($"key-{number}").Number);
        }

        Assert.All(left, static milliseconds => Assert.InRange(milliseconds, 7_500, 10_000));
        Assert.True(left.Max() - left.Min() > 2_000);
        driver.Set("forever", "v"u8, ShardOperation.Forever);
        Assert.Equal(ShardOperation.Forever, driver.Get("forever").Number);
    }

    [Fact]
    public void Clock_WallJumpsOrMonotonicStalls_ChangesNothingButVersions()
    {
        using var driver = Driver(TestHosts.Create(_time));
        var first = driver.Set("k", "v"u8, timeToLive: 10_000).Version;

        _time.JumpWallClock(TimeSpan.FromHours(1));
        Assert.Equal(10_000, driver.Get("k").Number);
        var second = driver.Set("k", "v"u8, timeToLive: 10_000).Version;
        _time.JumpWallClock(TimeSpan.FromHours(-2));
        var third = driver.Set("k", "v"u8, timeToLive: 10_000).Version;

        Assert.True(first < second && second < third);
        for (var sweep = 0; sweep < 3; sweep++)
        {
            driver.Host.Sweep();
        }

        Assert.Equal(10_000, driver.Get("k").Number);
    }

    [Fact]
    public void Memory_SystemRefuses_WritesAreRefusedOrEvictAndNothingBreaks()
    {
        var refuse = false;
        using var driver = Driver(TestHosts.Create(_time, refuse: () => refuse));
        for (var number = 0; number < 10_000; number++)
        {
            driver.Set($"key-{number}", new byte[100], timeToLive: 5_000);
        }

        refuse = true;
        var random = new Random(1);
        var outcomes = new HashSet<OperationStatus>();
        for (var number = 0; number < 10_000; number++)
        {
            outcomes.Add(driver.Set($"other-{number}", new byte[random.Next(2_000)], timeToLive: 5_000).Status);
            Assert.True(driver.Get($"other-{number}").Status is OperationStatus.Done or OperationStatus.NotFound);
        }

        Assert.Equal([OperationStatus.Done, OperationStatus.NoRoom], outcomes.Order());
        refuse = false;
        Assert.Equal(OperationStatus.Done, driver.Set("k", new byte[2_000]).Status);
        driver.Host.Validate();
    }

    [Fact]
    public void Memory_SystemRefusesLargeValues_WhatWasThereStaysWhole()
    {
        var refuse = false;
        using var driver = Driver(TestHosts.Create(_time, refuse: () => refuse));
        var large = Enumerable.Range(0, 300_000).Select(static number => (byte)number).ToArray();
        driver.Set("large", large);
        driver.Set("small", "v"u8);

        refuse = true;
        Assert.Equal(OperationStatus.NoRoom, driver.Set("other", large).Status);
        Assert.Equal(OperationStatus.NoRoom, driver.Set("small", large).Status);
        Assert.True(driver.TextOf("small") is "v" or null);
        driver.Host.Validate();

        refuse = false;
        Assert.Equal(OperationStatus.Done, driver.Set("small", large).Status);
        Assert.Equal(OperationStatus.Done, driver.Get("small").Status);
        Assert.Equal(large, driver.ValueOf(0));
    }

    [Fact]
    public void Set_LargeValueAmongTinyEntries_HasRoomAfterSomeAttempts()
    {
        const long budget = 16 * 1024 * 1024;
        using var driver = Driver(TestHosts.Create(_time, budget: budget));
        for (var number = 0; number < 300_000; number++)
        {
            driver.Set($"key-{number}", "v"u8);
        }

        var attempts = 1;
        for (; driver.Set("large", new byte[4 * 1024 * 1024]).Status == OperationStatus.NoRoom; attempts++)
        {
            Assert.InRange(driver.Host.UsedBytes, 0, budget);
            Assert.InRange(attempts, 1, 200);
        }

        Assert.Equal(OperationStatus.Done, driver.Get("large").Status);
        Assert.True(attempts > 1, "one write evicted more than it may");
        driver.Host.Validate();
    }

    [Fact]
    public void Execute_MoreKeysThatCollideThanAChainHolds_EvictOneAnother()
    {
        const int most = ShardIndex<VectorTags>.LongestChain * (Bucket.Slots - 1) + 1;
        using var host = CreateWithoutHash();
        using var driver = new HostDriver(host);
        for (var number = 0; number < 2 * most; number++)
        {
            Assert.Equal(OperationStatus.Done, driver.Set($"key-{number}", Encoding.UTF8.GetBytes($"{number}")).Status);
            Assert.Equal($"{number}", driver.TextOf($"key-{number}"));
        }

        Assert.Equal(most, host.GetStatistics()[0].Entries);
        Assert.Equal(most, host.GetStatistics()[0].Evictions);
        host.Validate();
    }

    [Fact]
    public void Execute_KeysThatAllCollide_AreAllFound()
    {
        using var host = CreateWithoutHash();
        using var driver = new HostDriver(host);
        for (var number = 0; number < 1_000; number++)
        {
            driver.Set($"key-{number}", Encoding.UTF8.GetBytes($"{number}"), timeToLive: 1_000);
        }

        Assert.All(Enumerable.Range(0, 1_000), number => Assert.Equal($"{number}", driver.TextOf($"key-{number}")));
        host.Validate();
        _time.Advance(TimeSpan.FromSeconds(1));
        host.Sweep();
        Assert.Equal(0, host.GetStatistics()[0].Entries);
    }

    [Fact]
    public void Scan_WhileEntriesComeAndGo_SeesWhatIsThereThroughout()
    {
        using var driver = Driver(TestHosts.Create(_time, partitions: 1));
        for (var number = 0; number < 500; number++)
        {
            driver.Set($"stays-{number}", "v"u8);
        }

        var seen = new HashSet<string>();
        uint cursor = 0;
        var passing = 0;
        do
        {
            driver.Host.Scan(cache: 0, partition: 0, ref cursor, entry => seen.Add(Encoding.UTF8.GetString(entry.Key)));
            driver.Set($"passes-{passing++}", "v"u8);
            driver.Set($"passes-{passing++}", new byte[500]);
        }
        while (cursor != 0);

        Assert.All(Enumerable.Range(0, 500), number => Assert.Contains($"stays-{number}", seen));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Execute_HotPath_AllocatesNothing(string policy)
    {
        using var driver = Driver(TestHosts.Create(_time, new CacheOptions { Eviction = policy, MaxEntries = 2_000 }));
        var keys = Enumerable.Range(0, 4_000).Select(static number => Encoding.UTF8.GetBytes($"key-{number}")).ToArray();
        var value = new byte[100];
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
                    driver.One(new ShardOperation { Kind = OperationKind.Get }, key);
                    driver.One(new ShardOperation { Kind = OperationKind.Set, TimeToLive = 60_000 }, key, value);
                }
            }
        }
    }

    [Fact]
    public void Caches_OneFlooded_TakesFromTheLargest()
    {
        var caches = new Dictionary<string, CacheOptions> { ["flood"] = new(), ["small"] = new() };
        using var host = TestHosts.Create(_time, caches, partitions: 8, budget: 8 * 1024 * 1024);
        using var flood = new HostDriver(host, cache: 0);
        using var small = new HostDriver(host, cache: 1);
        for (var number = 0; number < 500; number++)
        {
            small.Set($"key-{number}", new byte[100]);
        }

        for (var number = 0; number < 200_000; number++)
        {
            flood.Set($"key-{number}", new byte[100]);
        }

        Assert.Equal(500, host.GetStatistics()[1].Entries);
        host.Validate();
    }

    private static HostDriver Driver(ShardHost host) => new(host);

    private ShardHost CreateWithoutHash()
    {
        var host = new ShardHost(
            new ShardHostSettings
            {
                PartitionCount = 1,
                MemoryBudgetBytes = TestHosts.Budget,
                Limits = new CacheLimits(),
                Caches = new Dictionary<string, CacheOptions> { ["cache"] = new() },
                HashSeed = 1,
                HashBits = 0,
            },
            _time);
        host.Open(0, epoch: 1);
        return host;
    }
}
