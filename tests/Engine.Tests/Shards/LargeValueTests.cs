using System.Text;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Engine.Tests.Shards;

/// <summary>Values that travel in parts: replies that are full, ranges, and what is staged before it is set.</summary>
public sealed class LargeValueTests
{
    private const int Chunk = 64 * 1024;
    private const int Seed = 20_261_121;

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Get_MoreThanTheReplyTakes_IsDeferredAndNotCounted()
    {
        using var driver = new HostDriver(TestHosts.Create(_time)) { MaxValues = 1_000 };
        driver.Set("first", new byte[700]);
        driver.Set("second", new byte[700]);
        driver.Set("small", new byte[300]);
        driver.Set("huge", new byte[100_000]);

        Read(driver, "first", "second", "missing", "small");

        Assert.Equal(
            [OperationStatus.Done, OperationStatus.Deferred, OperationStatus.NotFound, OperationStatus.Done], driver.Results.ToArray().Select(result => result.Status));
        Assert.Equal(default, driver.Results[1] with { Status = default });
        Assert.Equal((2, 1), (driver.Host.GetStatistics()[0].Hits, driver.Host.GetStatistics()[0].Misses));

        // One goes in any case, however large.
        Read(driver, "huge", "small");
        Assert.Equal([OperationStatus.Done, OperationStatus.Deferred], driver.Results.ToArray().Select(result => result.Status));
        Assert.Equal(100_000, driver.ValueOf(0).Length);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(60_000)]
    [InlineData(1_000_003)]
    public void GetRange_OfAnyValue_IsThatPartAndCountsAsNothing(int length)
    {
        using var driver = new HostDriver(TestHosts.Create(_time));
        var value = Bytes(Seed, length);
        var version = driver.Set("k", value).Version;

        var get = driver.One(new ShardOperation { Kind = OperationKind.Get, Argument = length - 1 }, "k"u8);
        Assert.Equal((OperationStatus.Chunked, 0, length, version), (get.Status, get.ValueLength, get.TotalLength, get.Version));
        Assert.Equal(OperationStatus.Done, driver.One(new ShardOperation { Kind = OperationKind.Get, Argument = length }, "k"u8).Status);

        foreach (var (offset, count) in new[] { (0, 5), (3, length), (length - 1, 1), (length, 7), (length + 5, 1), (0, 0) })
        {
            var range = driver.GetRange("k", offset, count);
            Assert.Equal((OperationStatus.Done, length, version), (range.Status, range.TotalLength, range.Version));
            Assert.Equal(value.Skip(offset).Take(count), driver.ValueOf(0).ToArray());
        }

        Assert.Equal(OperationStatus.NotFound, driver.GetRange("missing", 0, 1).Status);
        Assert.Equal(OperationStatus.Invalid, driver.GetRange("k", -1, 1).Status);
        Assert.Equal(OperationStatus.Invalid, driver.GetRange("k", 0, -1).Status);
        var statistics = driver.Host.GetStatistics()[0];
        Assert.Equal((2, 0), (statistics.Hits, statistics.Misses));
    }

    [Fact]
    public async Task GetRange_WhileTheValueIsOverwrittenAndRemoved_IsNeverOfTwoValues()
    {
        const int length = 300_000;
        const int rounds = 300;
        using var host = TestHosts.Create(_time, partitions: 1, budget: 16 * 1024 * 1024);
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            using var driver = new HostDriver(host);
            var seen = 0;
            while (!stop.IsCancellationRequested)
            {
                if (driver.GetRange("k", 1_000, length).Status == OperationStatus.Done)
                {
                    // Each value is one byte again and again; freed memory would read as zero, or not at all.
                    var value = driver.ValueOf(0);
                    Assert.NotEqual(0, value[0]);
                    Assert.Equal(-1, value.IndexOfAnyExcept(value[0]));
                    seen++;
                }
            }

            return seen;
        })).ToArray();

        using var writer = new HostDriver(host);
        var value = new byte[length];
        for (var round = 0; round < rounds; round++)
        {
            value.AsSpan().Fill((byte)((round % 255) + 1));
            Assert.Equal(OperationStatus.Done, writer.Set("k", value).Status);
            if (round % 10 == 9)
            {
                writer.Remove("k");
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
        writer.Remove("k");
        host.Validate();

        // What is left are structures of the index.
        Assert.InRange(host.GetStatistics()[0].Bytes, 0, 4_096);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60_000)]
    [InlineData(1_000_003)]
    public void Commit_OfAllChunks_IsTheSet(int length)
    {
        using var driver = new HostDriver(TestHosts.Create(_time));
        var value = Bytes(Seed, length);

        StageAll(driver, id: 1, value);
        Assert.Equal(length, driver.Host.StagedBytes);
        Assert.False(driver.Has("k"));
        var first = driver.Commit("k", id: 1);

        Assert.Equal(OperationStatus.Done, first.Status);
        Assert.Equal(OperationStatus.Done, driver.Get("k").Status);
        Assert.Equal(value, driver.ValueOf(0).ToArray());
        Assert.Equal(0, driver.Host.StagedBytes);

        // A chunk that comes late changes nothing, nor does a second commit.
        Assert.Equal(OperationStatus.NotStaged, driver.Stage("k", 1, 0, length, new byte[1]));
        Assert.Equal(OperationStatus.NotStaged, driver.Commit("k", 1).Status);
        Assert.Equal(first.Version, driver.Get("k").Version);
        Assert.Equal(value, driver.ValueOf(0).ToArray());

        StageAll(driver, id: 2, new byte[length]);
        var refused = driver.Commit("k", 2, CacheConditionKind.IfAbsent);
        Assert.Equal((OperationStatus.KeyPresent, first.Version), (refused.Status, refused.Version));
        Assert.Equal(0, driver.Host.StagedBytes);
        driver.Host.Validate();

        driver.Remove("k");
        Assert.InRange(driver.Host.GetStatistics()[0].Bytes, 0, 4_096);
    }

    [Fact]
    public void Commit_WithoutAllChunks_IsRefusedAndFreesThem()
    {
        using var driver = new HostDriver(TestHosts.Create(_time));
        var used = driver.Host.UsedBytes;
        driver.Stage("k", 1, 0, 200_000, new byte[100_000]);
        driver.Stage("k", 1, 100_001, 200_000, new byte[99_999]);

        Assert.Equal(OperationStatus.NotStaged, driver.Commit("k", 1).Status);
        Assert.Equal(OperationStatus.NotStaged, driver.Commit("k", 7).Status);
        Assert.False(driver.Has("k"));
        Assert.Equal((0, used), (driver.Host.StagedBytes, driver.Host.UsedBytes));
    }

    [Fact]
    public void Stage_MoreThanMayBeStaged_IsRefusedUntilSomeIsGivenUp()
    {
        using var driver = new HostDriver(TestHosts.Create(_time, staged: 500_000));
        Assert.Equal(OperationStatus.Done, driver.Stage("a", 1, 0, 300_000, new byte[10]));

        Assert.Equal(OperationStatus.StagingFull, driver.Stage("b", 2, 0, 200_001, new byte[10]));
        Assert.Equal(OperationStatus.Done, driver.Stage("b", 3, 0, 200_000, new byte[10]));
        Assert.Equal(OperationStatus.Done, driver.Discard("a", 1));
        Assert.Equal(OperationStatus.NotStaged, driver.Discard("a", 1));
        Assert.Equal(OperationStatus.Done, driver.Stage("b", 2, 0, 200_001, new byte[10]));

        // Given up before it began: a chunk that was on its way does not begin it.
        Assert.Equal(OperationStatus.NotStaged, driver.Discard("c", 4));
        Assert.Equal(OperationStatus.NotStaged, driver.Stage("c", 4, 0, 10, new byte[10]));
        Assert.Equal(400_001, driver.Host.StagedBytes);
    }

    [Fact]
    public void Stage_WithoutChunksForItsTime_IsForgotten()
    {
        using var driver = new HostDriver(TestHosts.Create(_time));
        driver.Stage("k", 1, 0, 200_000, new byte[100_000]);
        Wait(StagingArea.TimeToLive - 1);
        Assert.Equal(OperationStatus.Done, driver.Stage("k", 1, 0, 200_000, new byte[100_000]));

        Wait(StagingArea.TimeToLive - 1);
        Assert.Equal(200_000, driver.Host.StagedBytes);
        Wait(1);
        Assert.Equal(0, driver.Host.StagedBytes);
        Assert.Equal(OperationStatus.NotStaged, driver.Commit("k", 1).Status);
        driver.Host.Validate();

        void Wait(long milliseconds)
        {
            _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
            driver.Host.Sweep();
        }
    }

    [Fact]
    public void Remove_LargeValues_FreesTheirMemoryAtOnceAndGivesItBackBySweep()
    {
        using var driver = new HostDriver(TestHosts.Create(_time, budget: 32 * 1024 * 1024));
        driver.Set("k", new byte[10]);
        var (used, resident) = (driver.Host.UsedBytes, driver.Host.ResidentBytes);
        for (var round = 0; round < 100; round++)
        {
            driver.Set("k", Bytes(Seed + round, 300_000 + (round % 7 * 10_000)));
        }

        driver.Set("k", new byte[10]);
        Assert.Equal(used, driver.Host.UsedBytes);

        // Some stays for the next.
        Assert.InRange(driver.Host.ResidentBytes, resident, resident + (2 * 1024 * 1024));
        driver.Host.Sweep();
        Assert.InRange(driver.Host.ResidentBytes, resident, resident + (256 * 1024));
    }

    [Fact]
    public void Stage_InAFullCache_EvictsForItsMemory()
    {
        using var driver = new HostDriver(TestHosts.Create(_time, new CacheOptions { MaxBytes = 3_000_000 }));
        for (var number = 0; number < 20; number++)
        {
            driver.Set($"key-{number}", new byte[200_000]);
        }

        StageAll(driver, id: 1, Bytes(Seed, 1_000_000));
        Assert.InRange(driver.Host.GetStatistics()[0].Bytes, 1_000_000, 3_000_000);
        Assert.Equal(OperationStatus.Done, driver.Commit("k", 1).Status);
        Assert.InRange(driver.Host.GetStatistics()[0].Bytes, 1_000_000, 3_000_000);
        Assert.Equal(OperationStatus.EntryTooLarge, driver.Stage("k", 2, 0, 3_000_000, new byte[1]));
        Assert.Equal(0, driver.Host.StagedBytes);
        driver.Host.Validate();
    }

    [Fact]
    public void Stage_ThatBreaksRules_IsInvalid()
    {
        using var driver = new HostDriver(TestHosts.Create(_time));

        Assert.Equal(OperationStatus.Invalid, driver.Stage("k", 1, 0, 0, []));
        Assert.Equal(OperationStatus.Invalid, driver.Stage("k", 1, -1, 10, new byte[1]));
        Assert.Equal(OperationStatus.Invalid, driver.Stage("k", 1, 10, 10, new byte[1]));
        Assert.Equal(OperationStatus.Invalid, driver.Stage("k", 1, long.MaxValue, 10, new byte[1]));
        Assert.Equal(OperationStatus.Invalid, driver.Stage("k", 1, 0, (8 * 1024 * 1024) + 1, new byte[1]));
        Assert.Equal(OperationStatus.Invalid, driver.One(new ShardOperation { Kind = OperationKind.Commit }, "k"u8, new byte[7]).Status);
    }

    private static void StageAll(HostDriver driver, long id, byte[] value)
    {
        // In any order, one of them twice.
        var offsets = Enumerable.Range(0, (value.Length + Chunk - 1) / Chunk).Select(chunk => chunk * Chunk).ToArray();
        new Random(Seed).Shuffle(offsets);
        foreach (var offset in offsets.Append(0))
        {
            Assert.Equal(OperationStatus.Done, driver.Stage("k", id, offset, value.Length, value.AsSpan(offset, Math.Min(Chunk, value.Length - offset))));
        }
    }

    private static void Read(HostDriver driver, params string[] keys)
    {
        driver.Begin();
        foreach (var key in keys)
        {
            driver.Add(new ShardOperation { Kind = OperationKind.Get }, Encoding.UTF8.GetBytes(key));
        }

        driver.Execute();
    }

    private static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
