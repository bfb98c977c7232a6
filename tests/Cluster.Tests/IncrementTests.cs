using Orleans.Cache.TestKit;

namespace Orleans.Cache.Cluster.Tests;

/// <summary>Increments while owners are killed, stopped and made: each is done once, and no caller is left in doubt.</summary>
public sealed class IncrementTests
{
    private const int Counters = 24;

    private readonly int[] _acknowledged = new int[Counters];
    private readonly int[] _taken = new int[Counters];
    private volatile bool _isOver;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Increments_WhileOwnersAreLostAndChanged_AreAllDoneOnce()
    {
        await using var grid = await GridFixture.StartAsync(silos: 3, losesSilos: true);
        await grid.WaitUntilSettledAsync();
        var callers = Enumerable.Range(0, Counters).Select(counter => Task.Run(() => CountAsync(grid.Grid.GetCache(), counter), Cancelled)).ToArray();
        await AllGoOnAsync(callers);

        await grid.Cluster.KillSiloAsync(grid.Cluster.Silos[^1]);
        await AllGoOnAsync(callers);
        await grid.WaitForSilosAsync(2);
        await grid.Cluster.StartAdditionalSiloAsync();
        await grid.WaitForSilosAsync(3);
        await grid.WaitUntilSettledAsync();
        await AllGoOnAsync(callers);
        await grid.Cluster.StopSiloAsync(grid.Cluster.Silos[^1]);
        await AllGoOnAsync(callers);
        _isOver = true;
        await Task.WhenAll(callers);

        for (var counter = 0; counter < Counters; counter++)
        {
            Assert.Equal(_acknowledged[counter], await grid.Grid.GetCache().IncrementAsync($"count:{counter}", 0, cancellationToken: Cancelled));
        }
    }

    [Fact]
    public async Task SetsIfAbsent_WhileAnOwnerIsLost_AreWonByOneCallerEach()
    {
        await using var grid = await GridFixture.StartAsync(silos: 3, losesSilos: true);
        await grid.WaitUntilSettledAsync();
        var absent = new CacheSetOptions { Condition = CacheCondition.IfAbsent };
        var callers = Enumerable.Range(0, Counters).Select(caller => Task.Run(
            async () =>
            {
                for (var key = 0; !_isOver || key < Volatile.Read(ref _taken[0]); key++)
                {
                    var isMine = (await grid.Grid.GetCache().SetAsync($"lock:{key}", $"{caller}", absent, Cancelled)).Stored;
                    Interlocked.Add(ref _acknowledged[caller], isMine ? 1 : 0);
                    InterlockedMax(ref _taken[0], key + 1);
                }
            },
            Cancelled)).ToArray();
        await Poll.UntilAsync(() => callers.Any(static caller => caller.IsCompleted) || Volatile.Read(ref _taken[0]) >= 10 * Counters);

        await grid.Cluster.KillSiloAsync(grid.Cluster.Silos[^1]);
        await grid.WaitForSilosAsync(2);
        _isOver = true;
        await Task.WhenAll(callers);

        // Nobody was told that another has the lock who has it.
        Assert.Equal(_taken[0], _acknowledged.Sum());
    }

    private async Task CountAsync(ICache cache, int counter)
    {
        while (!_isOver)
        {
            Assert.Equal(_acknowledged[counter] + 1, await cache.IncrementAsync($"count:{counter}", cancellationToken: Cancelled));
            Interlocked.Increment(ref _acknowledged[counter]);

            // Not faster than a partition remembers operations for as long as a caller may take to come again: 4,096 in 10 seconds.
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancelled);
        }
    }

    private async Task AllGoOnAsync(Task[] callers)
    {
        int[] before = [.. _acknowledged];

        // One that failed would be waited for in vain.
        await Poll.UntilAsync(() => callers.Any(static caller => caller.IsCompleted)
            || Enumerable.Range(0, Counters).All(counter => Volatile.Read(ref _acknowledged[counter]) >= before[counter] + 5));
        await Task.WhenAll(callers.Where(static caller => caller.IsCompleted));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var known = Volatile.Read(ref target); known < value;)
        {
            var seen = Interlocked.CompareExchange(ref target, value, known);
            known = seen == known ? value : seen;
        }
    }
}
