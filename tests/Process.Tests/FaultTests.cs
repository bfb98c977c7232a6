using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Process.Tests.Processes;
using Orleans.Cache.TestKit.Processes;

namespace Orleans.Cache.Process.Tests;

/// <summary>A silo is lost with batches under way: every call ends, in a result or a typed error, and nothing stays rented.</summary>
[Collection(nameof(ThreeSilos))]
public sealed class FaultTests(ThreeSiloGrid grid) : GridTests(grid)
{
    private const int Callers = 64;
    private const int CallsBetween = 20;

    private static readonly TimeSpan OperationTimeout = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly int[] _good = new int[Callers];
    private readonly Dictionary<string, int> _errors = [];
    private volatile bool _isOver;

    [Fact]
    public Task KilledSilo_LeavesNoCallWithoutAnEnd() => LoseAsync(silo => silo.Run.KillAsync());

    [Fact]
    public Task SuspendedSilo_LeavesNoCallWithoutAnEnd() => LoseAsync(async silo =>
    {
        silo.Run.Signal(UnixSignals.Stop);

        // Twice: the first time a call may have been answered just before.
        await AllGoOnAsync("every caller is served while the silo is suspended");
        await AllGoOnAsync("every caller is served still");
        silo.Run.Signal(UnixSignals.Continue);
    });

    private async Task LoseAsync(Func<SiloProcess, Task> loseAsync)
    {
        await using (var client = await grid.ConnectAsync(OperationTimeout))
        {
            var cache = client.Grid.GetCache();
            var callers = Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(cache, caller))).ToArray();
            await AllGoOnAsync("every caller is served");

            await loseAsync(grid.Silos[2]);

            await AllGoOnAsync("every caller is served again");
            _isOver = true;
            await Task.WhenAll(callers);
        }

        Assert.Empty(_errors.Keys.Except([nameof(CacheUnavailableException), nameof(CacheOutcomeUnknownException)]));
        await Wait.UntilAsync("no batch is rented any more", static _ => NothingIsRentedAsync(), Describe);
    }

    private static Task NothingIsRentedAsync()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(0, BatchBytes.Rented);
        return Task.CompletedTask;
    }

    private async Task CallAsync(ICache cache, int caller)
    {
        for (var number = 0; !_isOver; number++)
        {
            // Other keys each time, so that every silo is asked.
            var key = $"fault:{caller}:{number % 100}";
            try
            {
                await CallAsync(cache, key, number % 5);
                Interlocked.Increment(ref _good[caller]);
            }
            catch (Exception exception)
            {
                lock (_lock)
                {
                    _errors[exception.GetType().Name] = _errors.GetValueOrDefault(exception.GetType().Name) + 1;
                }
            }
        }
    }

    private static async Task CallAsync(ICache cache, string key, int kind)
    {
        switch (kind)
        {
            case 0:
                await cache.SetAsync(key, new byte[100]);
                break;
            case 1:
                await cache.GetAsync(key);
                break;
            case 2:
                await cache.IncrementAsync($"{key}:counter");
                break;
            case 3:
                await cache.GetManyAsync([key, $"{key}:counter", $"{key}:other"]);
                break;
            default:
                await cache.SetManyAsync([new CacheSetItem(key, new byte[10]), new CacheSetItem($"{key}:other", new byte[1000])]);
                break;
        }
    }

    private async Task AllGoOnAsync(string what)
    {
        int[] before = [.. _good];
        await Wait.UntilAsync(
            what,
            _ =>
            {
                Assert.All(Enumerable.Range(0, Callers), caller => Assert.True(Volatile.Read(ref _good[caller]) >= before[caller] + CallsBetween));
                return Task.CompletedTask;
            },
            Describe);
    }

    private string Describe()
    {
        lock (_lock)
        {
            return $"Served: {string.Join(' ', _good)}. Errors: {string.Join(", ", _errors.Select(static error => $"{error.Value} {error.Key}"))}. Rented: {BatchBytes.Rented}.\n{grid.Transcript}";
        }
    }
}
