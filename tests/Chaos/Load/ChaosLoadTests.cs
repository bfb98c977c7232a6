using Orleans.Cache.Chaos.Histories;
using Orleans.Cache.Chaos.Load;
using Record = Orleans.Cache.Chaos.Histories.Record;

namespace Orleans.Cache.Chaos.Tests.Load;

/// <summary>Writers and readers over a store that does wrong: the checker must find it, and must find nothing where nothing is wrong.</summary>
public sealed class ChaosLoadTests
{
    private const int Writes = 2000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Record _record = new(TimeProvider.System);

    [Fact]
    public async Task GoodStore_IsFoundGood()
    {
        var store = new FlawedStore(Flaw.None);
        await using var load = LoadOn(store);

        await RunAsync(load);

        Assert.Empty(_record.Samples);
        Assert.Empty(_record.Errors);
        Assert.True(_record.Reads > 0);
    }

    [Fact]
    public async Task StoreThatLosesEverything_IsFoundAtTheEnd()
    {
        var store = new FlawedStore(Flaw.None);
        await using var load = LoadOn(store);
        load.Start();
        await load.WaitForWritesAsync(Writes, CancellationToken.None);
        await load.PauseAsync();

        store.LoseEverything();
        await load.CheckAllAsync(CancellationToken.None);

        // Keys whose last operation was a removal are right to be absent.
        Assert.InRange(_record.Lost, 20, 40);
        Assert.Equal(0, _record.Wrong);
        Assert.NotEmpty(_record.LostSlots);

        var lost = _record.Lost;
        await load.CheckAllAsync(CancellationToken.None);
        Assert.Equal(lost, _record.Lost);
    }

    [Theory]
    [InlineData(Flaw.ForgetsSets, ViolationKind.Stale)]
    [InlineData(Flaw.ReadsOld, ViolationKind.Stale)]
    [InlineData(Flaw.ReadsNothing, ViolationKind.Missing)]
    [InlineData(Flaw.Invents, ViolationKind.Phantom)]
    [InlineData(Flaw.DoesWhatItRefuses, ViolationKind.Phantom)]
    [InlineData(Flaw.KeepsRemoved, ViolationKind.Risen)]
    [InlineData(Flaw.ForgetsIncrements, ViolationKind.CountedTooFew)]
    [InlineData(Flaw.IncrementsTwice, ViolationKind.CountedTooMany)]
    [InlineData(Flaw.MixesKeys, ViolationKind.Corrupt)]
    public async Task FlawedStore_IsFound(Flaw flaw, object kind)
    {
        await using var load = LoadOn(new FlawedStore(flaw));
        load.Start();
        using var patience = new CancellationTokenSource(Patience);
        while (!_record.Violations.ContainsKey((ViolationKind)kind))
        {
            Assert.False(patience.IsCancellationRequested, $"Not found. Found: {string.Join(", ", _record.Violations)}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        await load.PauseAsync();
        Assert.Contains(_record.Samples, sample => sample.Kind == (ViolationKind)kind);
    }

    [Fact]
    public async Task CallsThatFail_AreCountedByTypeAndPlace()
    {
        await using var load = LoadOn(new FlawedStore(Flaw.DoesWhatItRefuses));
        var first = new FaultWatch("fault", _record.Now, new HashSet<string>(), static _ => true);
        load.Watch(first);

        await RunAsync(load);
        await load.EndWatchAsync();

        Assert.Contains(new ErrorKey("write", nameof(CacheUnavailableException), ErrorPlace.AffectedKeys), _record.Errors.Keys);
        Assert.NotEmpty(first.Writes);
        Assert.NotEmpty(first.Reads);
    }

    private ChaosLoad LoadOn(FlawedStore store) => new(
        new LoadSettings { Keys = 30, Counters = 10, Expiring = 0, WritesPerSecond = 4000, ReadsPerSecond = 4000 },
        store,
        [new Reader("one", store), new Reader("other", store, "silo-0")],
        _record,
        TimeProvider.System);

    private static async Task RunAsync(ChaosLoad load)
    {
        load.Start();
        await load.WaitForWritesAsync(Writes, CancellationToken.None);
        await load.PauseAsync();
        await load.CheckAllAsync(CancellationToken.None);
    }
}
