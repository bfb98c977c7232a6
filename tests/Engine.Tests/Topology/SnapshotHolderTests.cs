using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Engine.Tests.Topology;

public sealed class SnapshotHolderTests
{
    private readonly SnapshotHolder<PartitionMap> _holder = new(At(1));

    [Fact]
    public void TryUpdate_HigherVersion_BecomesCurrent()
    {
        var newer = At(2);

        Assert.True(_holder.TryUpdate(newer));
        Assert.Same(newer, _holder.Current);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void TryUpdate_SameOrLowerVersion_ChangesNothing(long version)
    {
        var before = _holder.Current;
        _holder.Changed += static (_, _) => Assert.Fail("Nothing changed.");

        Assert.False(_holder.TryUpdate(At(version)));
        Assert.Same(before, _holder.Current);
    }

    [Fact]
    public async Task WaitForAsync_VersionThatIsThere_CompletesAtOnce()
    {
        var waiting = _holder.WaitForAsync(1, CancellationToken.None);

        Assert.True(waiting.IsCompletedSuccessfully);
        Assert.Same(_holder.Current, await waiting);
    }

    [Fact]
    public async Task WaitForAsync_LaterVersion_CompletesWhenOneAtOrAboveArrives()
    {
        var waiting = _holder.WaitForAsync(3, CancellationToken.None);

        _holder.TryUpdate(At(2));
        Assert.False(waiting.IsCompleted);
        _holder.TryUpdate(At(5));

        Assert.Equal(5, (await waiting).Version);
    }

    [Fact]
    public async Task WaitForAsync_Cancelled_EndsThisWaitOnly()
    {
        using var cancellation = new CancellationTokenSource();
        var waiting = _holder.WaitForAsync(2, cancellation.Token);
        var other = _holder.WaitForAsync(2, CancellationToken.None);

        await cancellation.CancelAsync();

        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(cancellation.Token, thrown.CancellationToken);
        Assert.False(other.IsCompleted);
        _holder.TryUpdate(At(2));
        Assert.Equal(2, (await other).Version);
    }

    [Fact]
    public void WaitForAsync_CancelledBefore_IsCancelled() =>
        Assert.True(_holder.WaitForAsync(2, new CancellationToken(canceled: true)).IsCanceled);

    [Fact]
    public async Task WaitForAsync_CancelledAfterArrival_KeepsItsSnapshot()
    {
        using var cancellation = new CancellationTokenSource();
        var waiting = _holder.WaitForAsync(2, cancellation.Token);

        _holder.TryUpdate(At(2));
        await cancellation.CancelAsync();

        Assert.Equal(2, (await waiting).Version);
    }

    [Fact]
    public void Changed_HandlerThatUpdates_IsRaisedAfterItsOwnChange()
    {
        var seen = new List<(long, long)>();
        _holder.Changed += (previous, current) =>
        {
            if (current.Version == 2)
            {
                Assert.True(_holder.TryUpdate(At(3)));
                Assert.Equal(3, _holder.Current.Version);
            }

            seen.Add((previous.Version, current.Version));
        };

        _holder.TryUpdate(At(2));

        Assert.Equal([(1, 2), (2, 3)], seen);
    }

    [Fact]
    public void Changed_HandlerThatThrows_KeepsTheChangeAndTheNextOnes()
    {
        var failing = true;
        var seen = new List<long>();
        _holder.Changed += (_, current) =>
        {
            if (failing)
            {
                throw new InvalidOperationException("by the test");
            }

            seen.Add(current.Version);
        };

        var thrown = Assert.Throws<AggregateException>(() => _holder.TryUpdate(At(2)));
        failing = false;
        _holder.TryUpdate(At(3));

        Assert.Equal("by the test", Assert.Single(thrown.InnerExceptions).Message);
        Assert.Equal([3], seen);
    }

    [Fact]
    public async Task TryUpdate_FromManyThreads_RaisesEachWinnerOnceInOrder()
    {
        const int writers = 4;
        const int versions = 2000;
        var seen = new List<(long Previous, long Current)>();
        var raising = 0;
        _holder.Changed += (previous, current) =>
        {
            Assert.Equal(1, Interlocked.Increment(ref raising));
            seen.Add((previous.Version, current.Version));
            Interlocked.Decrement(ref raising);
        };
        var wins = 0;
        using var start = new Barrier(writers);
        var maps = Enumerable.Range(0, versions + 1).Select(static version => At(version)).ToArray();

        // All writers offer all versions, so every version has one winner or loses to a higher one.
        await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                for (var version = 2; version <= versions; version++)
                {
                    Interlocked.Add(ref wins, _holder.TryUpdate(maps[version]) ? 1 : 0);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        Assert.Equal(versions, _holder.Current.Version);
        Assert.Equal(wins, seen.Count);
        Assert.Equal(1, seen[0].Previous);
        Assert.All(seen, static change => Assert.True(change.Previous < change.Current));
        Assert.All(seen.Zip(seen.Skip(1)), static pair => Assert.Equal(pair.First.Current, pair.Second.Previous));
    }

    [Fact]
    public async Task WaitForAsync_RacingUpdatesAndCancellations_AlwaysEnds()
    {
        const int versions = 1000;
        using var cancellation = new CancellationTokenSource();
        using var start = new Barrier(3);
        var waits = new Task<PartitionMap>[2 * versions];
        var maps = Enumerable.Range(0, versions + 1).Select(static version => At(version)).ToArray();

        await Task.WhenAll(
            RunAsync(() =>
            {
                for (var version = 2; version <= versions; version++)
                {
                    _holder.TryUpdate(maps[version]);
                }
            }),
            RunAsync(() =>
            {
                for (var index = 0; index < versions; index++)
                {
                    waits[index] = _holder.WaitForAsync(index + 1, CancellationToken.None);
                }
            }),
            RunAsync(() =>
            {
                for (var index = 0; index < versions; index++)
                {
                    // Half of them wait for what never comes.
                    waits[versions + index] = _holder.WaitForAsync((index + 1) * 2, cancellation.Token);
                }
            }));
        await cancellation.CancelAsync();

        for (var index = 0; index < versions; index++)
        {
            Assert.True((await waits[index]).Version >= index + 1);
        }

        for (var index = 0; index < versions; index++)
        {
            if ((index + 1) * 2 <= versions)
            {
                Assert.True((await waits[versions + index]).Version >= (index + 1) * 2);
            }
            else
            {
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits[versions + index]);
            }
        }

        Task RunAsync(Action act) => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                act();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    private static PartitionMap At(long version) => new(version, 1, [], [-1], [0], [], replicaSlots: 0);
}
