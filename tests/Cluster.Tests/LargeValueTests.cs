using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Cluster.Tests;

/// <summary>Values that do not fit into one message, or not into one reply.</summary>
public sealed class LargeValueTests
{
    private const int Mebi = 1 << 20;
    private const int Seed = 20_261_121;

    // Only a limit for a test that has failed anyway.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Value_OfAnySize_ComesBackWhole_FromOutsideAndFromInside()
    {
        await using var grid = await StartAsync(silos: 2);
        ICache[] callers = [grid.Grid.GetCache(), grid.GridOf(grid.Cluster.Silos[0]).GetCache(), grid.GridOf(grid.Cluster.Silos[1]).GetCache()];
        foreach (var length in new[] { 0, 1, Mebi - 1, Mebi, Mebi + 1, (16 * Mebi) + 7, 64 * Mebi })
        {
            var value = Bytes(length);
            foreach (var (writer, reader) in callers.Zip(callers.Skip(1).Append(callers[0])))
            {
                CacheKey key = $"key:{length}";
                var written = await writer.SetAsync(key, value, new CacheSetOptions { TimeToLive = TimeSpan.FromHours(1) });

                foreach (var entry in new[] { await reader.TryGetAsync(key), await writer.TryGetAsync(key) })
                {
                    Assert.Equal((true, written.Version, length), (entry.Found, entry.Version, entry.Value.Length));
                    AssertSame(value, entry.Value);
                    Assert.InRange(entry.TimeToLive!.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
                }

                using var pooled = await reader.GetPooledAsync(key);
                AssertSame(value, pooled!.Memory);
            }
        }

        Assert.Equal(0, StagedBytes(grid));

        // A read is made again, and counted again, if its silo lost the lease meanwhile: beats wait behind messages of 64 MiB.
        Assert.InRange((await TotalAsync(grid)).Hits, 7 * 3 * 3, 2 * 7 * 3 * 3);
        Assert.Equal(CacheErrorCode.ValueTooLarge, (await Assert.ThrowsAsync<CacheRequestException>(async () => await callers[0].SetAsync("key", new byte[(64 * Mebi) + 1]))).Code);
    }

    [Fact]
    public async Task Set_WithConditions_KeepsThem()
    {
        await using var grid = await StartAsync(silos: 1);
        var cache = grid.Grid.GetCache();
        var (one, two) = (Bytes(3 * Mebi), Bytes(2 * Mebi));

        var absent = await cache.SetAsync("key", one, new CacheSetOptions { Condition = CacheCondition.IfPresent });
        var first = await cache.SetAsync("key", one, new CacheSetOptions { Condition = CacheCondition.IfAbsent });
        var present = await cache.SetAsync("key", two, new CacheSetOptions { Condition = CacheCondition.IfAbsent });
        var second = await cache.SetAsync("key", two, new CacheSetOptions { Condition = CacheCondition.IfVersion(first.Version) });
        var stale = await cache.SetAsync("key", one, new CacheSetOptions { Condition = CacheCondition.IfVersion(first.Version) });

        Assert.Equal(
            [CacheWriteOutcome.KeyAbsent, CacheWriteOutcome.Stored, CacheWriteOutcome.KeyPresent, CacheWriteOutcome.Stored, CacheWriteOutcome.VersionMismatch],
            new[] { absent, first, present, second, stale }.Select(result => result.Outcome));
        Assert.Equal(second.Version, stale.Version);
        AssertSame(two, (await cache.GetAsync("key"))!.Value);
        Assert.Equal(0, StagedBytes(grid));
    }

    [Fact]
    public async Task Many_OfAllSizes_ComeBackWholeAndAreCountedOnce()
    {
        await using var grid = await StartAsync(silos: 2);
        CacheSetItem[] items = [.. Enumerable.Range(0, 40).Select(number => new CacheSetItem($"key:{number}", Bytes((number % 4) switch
        {
            0 => 10,
            1 => 300_000,
            2 => 900_000,
            _ => number % 8 == 3 ? 2 * Mebi : 70_000,
        })))];
        CacheKey[] keys = [.. items.Select(item => item.Key), "missing"];
        foreach (var cache in new[] { grid.Grid.GetCache(), grid.GridOf(grid.Cluster.Silos[0]).GetCache() })
        {
            var before = await TotalAsync(grid);
            var results = await cache.SetManyAsync(items);
            Assert.All(results, result => Assert.Equal(CacheWriteOutcome.Stored, result.Outcome));

            var entries = await cache.GetManyAsync(keys);

            Assert.All(items.Zip(entries).Zip(results), pair => Assert.True(
                pair.First.First.Value.Span.SequenceEqual(pair.First.Second.Value.Span) && pair.First.Second.Version == pair.Second.Version));
            Assert.False(entries[^1].Found);
            var after = await TotalAsync(grid);
            Assert.Equal((40, 1, 40), (after.Hits - before.Hits, after.Misses - before.Misses, after.Writes - before.Writes));
        }
    }

    [Fact]
    public async Task Gets_ThatFindTheReplyFull_AreAnsweredAllTheSame()
    {
        await using var grid = await StartAsync(silos: 1);
        var cache = grid.Grid.GetCache();
        var value = Bytes(300_000);
        await cache.SetAsync("key", value);

        // The first get keeps the lane busy, so that the others leave together.
        var entries = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => cache.TryGetAsync("key").AsTask()));

        Assert.All(entries, entry => AssertSame(value, entry.Value));
        Assert.Equal((200, 0), ((await TotalAsync(grid)).Hits, (await TotalAsync(grid)).Misses));
    }

    [Fact]
    public async Task Get_OverwrittenMeanwhile_IsTheNewValueWhole()
    {
        await using var grid = await StartAsync(silos: 1);
        var inside = grid.GridOf(grid.Cluster.Silos[0]).GetCache();
        var (one, two) = (Bytes(3 * Mebi), new byte[(2 * Mebi) + 1]);
        await inside.SetAsync("key", one);
        var (ranges, version) = (0, 0L);
        grid.OnBatch = async batch =>
        {
            if (KindOf(batch) == OperationKind.GetRange && Interlocked.Increment(ref ranges) == 3)
            {
                version = (await inside.SetAsync("key", two)).Version;
            }
        };

        var entry = await grid.Grid.GetCache().TryGetAsync("key");

        Assert.Equal(version, entry.Version);
        AssertSame(two, entry.Value);
    }

    [Fact]
    public async Task Get_RemovedMeanwhile_IsAMiss()
    {
        await using var grid = await StartAsync(silos: 1);
        var inside = grid.GridOf(grid.Cluster.Silos[0]).GetCache();
        await inside.SetAsync("key", Bytes(3 * Mebi));
        var ranges = 0;
        grid.OnBatch = async batch =>
        {
            if (KindOf(batch) == OperationKind.GetRange && Interlocked.Increment(ref ranges) == 3)
            {
                await inside.RemoveAsync("key");
            }
        };

        Assert.False((await grid.Grid.GetCache().TryGetAsync("key")).Found);
    }

    [Fact]
    public async Task Get_WhileOthersWrite_IsNeverOfTwoValues()
    {
        await using var grid = await StartAsync(silos: 1);
        var cache = grid.Grid.GetCache();
        await cache.SetAsync("key", new byte[2 * Mebi]);
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            var seen = 0;
            for (; seen == 0 || !stop.IsCancellationRequested; seen++)
            {
                var value = (await cache.GetAsync("key"))!.Value;
                Assert.Equal(-1, value.Span.IndexOfAnyExcept(value.Span[0]));
            }

            return seen;
        })).ToArray();

        for (var round = 1; round <= 20; round++)
        {
            var value = new byte[(2 * Mebi) + (round % 3)];
            value.AsSpan().Fill((byte)round);
            await cache.SetAsync("key", value);
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(readers), seen => Assert.True(seen > 0));
    }

    [Fact]
    public async Task Set_CancelledOnTheWay_IsNotDoneAndFreesWhatWasStaged()
    {
        await using var grid = await StartAsync(silos: 1);
        using var cancellation = new CancellationTokenSource();
        var release = new TaskCompletionSource();
        var chunks = 0;
        grid.OnBatch = async batch =>
        {
            if (KindOf(batch) == OperationKind.Stage && Interlocked.Increment(ref chunks) == 3)
            {
                await cancellation.CancelAsync();
                await release.Task;
            }
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await grid.Grid.GetCache().SetAsync("key", Bytes(3 * Mebi), default, cancellation.Token));

        // The third chunk comes after the silo was told to give up the others.
        await Poll.UntilAsync(() => StagedBytes(grid) == 0);
        release.SetResult();
        Assert.False((await grid.Grid.GetCache().TryGetAsync("key")).Found);
        await Poll.UntilAsync(() => StagedBytes(grid) == 0);
    }

    [Theory]
    [InlineData((byte)OperationKind.Stage, false, typeof(CacheUnavailableException))]
    [InlineData((byte)OperationKind.Stage, true, typeof(CacheUnavailableException))]
    [InlineData((byte)OperationKind.Commit, true, typeof(CacheOutcomeUnknownException))]
    [InlineData((byte)OperationKind.GetRange, false, typeof(CacheUnavailableException))]
    public async Task Transfer_WithoutAnswer_EndsAtTheDeadlineInATypedError(byte kind, bool conditional, Type error)
    {
        await using var grid = await StartAsync(silos: 1);
        var (reached, never) = (new TaskCompletionSource(), new TaskCompletionSource());
        await grid.GridOf(grid.Cluster.Silos[0]).GetCache().SetAsync("key", Bytes(3 * Mebi));
        var options = conditional ? new CacheSetOptions { Condition = CacheCondition.IfPresent } : default;
        grid.OnBatch = batch =>
        {
            if (KindOf(batch) != (OperationKind)kind)
            {
                return Task.CompletedTask;
            }

            reached.TrySetResult();
            return never.Task;
        };

        // The client's time is over when the transfer has come that far, and not before.
        grid.ClientTime.Stop();
        var cache = grid.Grid.GetCache();
        var call = Assert.ThrowsAsync(error, async () => _ = (OperationKind)kind == OperationKind.GetRange
            ? await cache.GetAsync("key") is null
            : (await cache.SetAsync("key", Bytes(2 * Mebi), options)).Version > 0);
        await reached.Task.WaitAsync(Patience);
        await Poll.UntilAsync(() =>
        {
            grid.ClientTime.Leap(GridFixture.CallTimeout);
            return call.IsCompleted;
        });
        await call;

        never.SetResult();
        grid.OnBatch = null;
        await Poll.UntilAsync(() => StagedBytes(grid) == 0);
    }

    [Fact]
    public async Task Set_WhereTooMuchIsStaged_IsRefusedNamingTheOption()
    {
        await using var grid = await StartAsync(silos: 1, silo: options =>
        {
            options.Limits = new CacheLimits { MaxValueBytes = 4 * Mebi };
            options.MaxStagedBytes = 4 * Mebi;
        });
        var cache = grid.Grid.GetCache();
        var (reached, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        grid.OnBatch = batch =>
        {
            if (KindOf(batch) != OperationKind.Commit)
            {
                return Task.CompletedTask;
            }

            reached.TrySetResult();
            return release.Task;
        };

        var first = cache.SetAsync("first", Bytes(3 * Mebi)).AsTask();
        await reached.Task.WaitAsync(Patience);
        var error = await Assert.ThrowsAsync<CacheUnavailableException>(async () => await cache.SetAsync("second", Bytes(2 * Mebi)));
        release.SetResult();

        Assert.Contains("Cache:MaxStagedBytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(CacheWriteOutcome.Stored, (await first).Outcome);
        Assert.Equal(CacheWriteOutcome.Stored, (await cache.SetAsync("second", Bytes(2 * Mebi))).Outcome);
    }

    [Fact]
    public async Task Set_WhoseCommitWasLost_IsSentAgainWhereThatDoesNoHarm()
    {
        await using var grid = await StartAsync(silos: 1);
        var cache = grid.Grid.GetCache();
        var commits = 0;
        grid.OnBatch = batch => KindOf(batch) == OperationKind.Commit && Interlocked.Increment(ref commits) == 1
            ? throw new InvalidOperationException("lost on purpose")
            : Task.CompletedTask;

        var value = Bytes(2 * Mebi);
        Assert.Equal(CacheWriteOutcome.Stored, (await cache.SetAsync("key", value)).Outcome);

        Assert.Equal(2, commits);
        AssertSame(value, (await cache.GetAsync("key"))!.Value);
        commits = 0;
        await Assert.ThrowsAsync<CacheOutcomeUnknownException>(async () => await cache.SetAsync("key", value, new CacheSetOptions { Condition = CacheCondition.IfPresent }));
    }

    [Fact]
    public async Task Writes_OfLargeValuesOnTwoCopies_FailNoReadBesideThem()
    {
        await using var grid = await StartAsync(silos: 2);
        var cache = grid.Grid.GetCache();
        CacheKey[] small = [.. Enumerable.Range(0, 200).Select(static number => (CacheKey)$"small:{number}")];
        await cache.SetManyAsync([.. small.Select(static key => new CacheSetItem(key, new byte[10]))]);
        using var stop = new CancellationTokenSource();
        var reads = Task.Run(async () =>
        {
            var rounds = 0;
            for (; rounds < 3 || !stop.IsCancellationRequested; rounds++)
            {
                Assert.All(await cache.GetManyAsync(small), static entry => Assert.True(entry.Found));
            }

            return rounds;
        });

        var value = Bytes(16 * Mebi);
        foreach (var number in Enumerable.Range(0, 12))
        {
            var written = await cache.SetAsync($"large:{number % 3}", value, new CacheSetOptions { WriteConcern = CacheWriteConcern.Replicated });
            Assert.Equal((CacheWriteOutcome.Stored, 2), (written.Outcome, written.Copies));
        }

        await stop.CancelAsync();
        Assert.True(await reads >= 3);
    }

    [Fact]
    public async Task Chunks_AreBounded_AndSmallOperationsPassThemAndMakeThemSmall()
    {
        await using var grid = await StartAsync(silos: 1, client: options =>
        {
            options.Lanes.MaxChunksInFlight = 3;
            options.Lanes.ChunkBytes = 100_000;
            options.Lanes.SharedChunkBytes = 10_000;
        });
        var cache = grid.Grid.GetCache();
        await grid.GridOf(grid.Cluster.Silos[0]).GetCache().SetAsync("small", Bytes(10));
        var (reached, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        var (inFlight, most, chunks) = (0, 0, new ConcurrentQueue<(int Bytes, int InFlight)>());
        grid.OnBatch = async batch =>
        {
            if (KindOf(batch) == OperationKind.Stage)
            {
                var now = Interlocked.Increment(ref inFlight);
                chunks.Enqueue((batch.Operations.Length, now));
                most = Math.Max(most, now);
                if (now == 3)
                {
                    reached.TrySetResult();
                }

                await release.Task;
                Interlocked.Decrement(ref inFlight);
            }
        };

        var large = cache.SetAsync("large", Bytes(2 * Mebi)).AsTask();
        await reached.Task.WaitAsync(Patience);

        // Three chunks stand in the silo: a small operation is answered beside them. It remains a moment ago for as long as the transfer takes.
        grid.ClientTime.Stop();
        Assert.True((await cache.TryGetAsync("small")).Found);
        release.SetResult();
        while (!large.IsCompleted)
        {
            await cache.TryGetAsync("small");
        }

        await large;
        Assert.Equal(3, most);
        Assert.All(chunks, chunk => Assert.InRange(chunk.Bytes, 1, 101_000));

        // Beside it chunks are small and come alone.
        Assert.Contains(chunks, chunk => chunk.Bytes < 11_000 && chunk.InFlight == 1);
    }

    private static Task<GridFixture> StartAsync(short silos, Action<CacheGridOptions>? silo = null, Action<CacheGridClientOptions>? client = null) =>
        GridFixture.StartAsync(
            silos,
            (_, options) =>
            {
                options.Limits = new CacheLimits { MaxValueBytes = 64 * Mebi, MaxBatchBytes = 128 * Mebi };
                silo?.Invoke(options);
            },
            client,
            seesBatches: true);

    private static OperationKind KindOf(BatchRequest batch) => BatchFormat.ReadRequest(batch.Operations.Span, int.MaxValue, out _)[0].Kind;

    private static long StagedBytes(GridFixture grid) => grid.Cluster.Silos.Sum(silo => silo.ServiceProvider.GetRequiredService<ShardHost>().StagedBytes);

    private static async Task<CacheStatistics> TotalAsync(GridFixture grid) =>
        (await grid.Grid.GetStatisticsAsync()).SelectMany(silo => silo.Caches).Aggregate((left, right) => left.Plus(right));

    // Not Assert.Equal, which takes seconds for megabytes.
    private static void AssertSame(byte[] expected, ReadOnlyMemory<byte> actual) => Assert.True(expected.AsSpan().SequenceEqual(actual.Span));

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(Seed + length).NextBytes(bytes);
        return bytes;
    }
}
