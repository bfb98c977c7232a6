using System.Diagnostics.Metrics;
using Orleans.Cache.Client.Telemetry;
using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Client.Tests.Lanes;

[Collection(nameof(LaneSoakTests))]
public sealed class LaneTests
{
    [Fact]
    public async Task Call_OnAnIdleLane_LeavesAtOnceAndAlone()
    {
        using var client = new LaneFixture();

        var call = client.GetAsync("a");

        var batch = client.Door.Next();
        Assert.Equal([(OperationKind.Get, "a")], batch.Operations);
        batch.Echo();
        Assert.Equal("a", await call);
    }

    [Fact]
    public async Task Calls_WhileBatchesAreUnderWay_LeaveTogether()
    {
        using var client = new LaneFixture(static options => options.Lanes.MaxBatchesInFlight = 1);
        var calls = Enumerable.Range(0, 10).Select(number => client.GetAsync($"{number}")).ToArray();

        client.Door.Next().Echo();
        var second = client.Door.Next();

        Assert.Equal(Enumerable.Range(1, 9).Select(number => $"{number}"), second.Keys);
        second.Echo();
        Assert.Equal(Enumerable.Range(0, 10).Select(number => $"{number}"), await Task.WhenAll(calls));
    }

    [Fact]
    public async Task CallersOfABatch_WhoAskAgain_ShareTheNextOne()
    {
        using var client = new LaneFixture(static options => options.Lanes.MaxBatchesInFlight = 1);
        var first = client.GetAsync("first");
        var callers = Enumerable.Range(0, 20).Select(CallTwiceAsync).ToArray();
        client.Door.Next().Echo();
        await first;
        client.Door.Next().Echo();

        var next = client.Door.Next();

        // The lane sends before the last caller goes on; and where two threads let callers go on, before the other's last does.
        var keys = next.Keys.ToList();
        next.Echo();
        while (keys.Count < callers.Length)
        {
            next = client.Door.Next();
            keys.AddRange(next.Keys);
            next.Echo();
        }

        Assert.Equal(callers.Length, keys.Distinct().Count());
        Assert.InRange(client.Door.Count, 3, 5);
        await Task.WhenAll(callers);

        async Task CallTwiceAsync(int number)
        {
            await client.GetAsync($"{number}").ConfigureAwait(false);
            await client.GetAsync($"again {number}").ConfigureAwait(false);
        }
    }

    [Fact]
    public async Task CallerWhoBlocksTheThread_HoldsUpNobody()
    {
        using var client = new LaneFixture(static options => options.Lanes.MaxBatchesInFlight = 1);
        using var others = new CountdownEvent(8);
        var first = client.GetAsync("first");
        var calls = Enumerable.Range(0, 9).Select(number => number == 0 ? BlockAsync() : PassAsync(number)).ToArray();
        client.Door.Next().Echo();

        client.Door.Next().Echo();

        Assert.Equal("first", await first);
        await Task.WhenAll(calls);

        async Task BlockAsync()
        {
            await client.GetAsync("0").ConfigureAwait(false);
            Assert.True(others.Wait(TimeSpan.FromSeconds(30)), "The others wait for the one who blocks.");
        }

        async Task PassAsync(int number)
        {
            await client.GetAsync($"{number}").ConfigureAwait(false);
            others.Signal();
        }
    }

    [Fact]
    public async Task LoneCallerWhoBlocksTheThread_HoldsUpNobody()
    {
        using var client = new LaneFixture(static options => options.Lanes.MaxBatchesInFlight = 1);
        using var second = new ManualResetEventSlim();
        var blocked = BlockAsync();
        client.Door.Next().Echo();
        var passing = client.GetAsync("second");
        client.Door.Next().Echo();
        Assert.Equal("second", await passing);
        second.Set();
        await blocked;

        async Task BlockAsync()
        {
            await client.GetAsync("first").ConfigureAwait(false);
            Assert.True(second.Wait(TimeSpan.FromSeconds(30)), "The second call waits for the first one's caller.");
        }
    }

    [Fact]
    public async Task Batch_KeepsItsLimits()
    {
        using var client = new LaneFixture(static options =>
        {
            options.Lanes.MaxBatchesInFlight = 1;
            options.Lanes.MaxBatchOperations = 4;
            options.Lanes.MaxBatchBytes = 1024;
        });
        var first = client.GetAsync("first");
        var calls = new List<Task>();
        calls.AddRange(Enumerable.Range(0, 6).Select(number => client.GetAsync($"{number}")));
        calls.AddRange(Enumerable.Range(0, 3).Select(number => client.Cache.SetAsync($"large {number}", new byte[500]).AsTask()));
        calls.Add(client.Cache.SetAsync("huge", new byte[5000]).AsTask());

        var batches = Enumerable.Range(0, 6).Select(_ =>
        {
            var batch = client.Door.Next();
            batch.Echo();
            return string.Join(' ', batch.Keys);
        });

        Assert.Equal(["first", "0 1 2 3", "4 5 large 0 large 1", "large 2", "huge"], batches.Take(5));
        await first;
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task CallWithManyOperations_LetsOthersTakeTurns()
    {
        using var client = new LaneFixture(static options =>
        {
            options.Lanes.MaxBatchesInFlight = 1;
            options.Lanes.MaxBatchOperations = 100;
        });
        var first = client.GetAsync("first");
        var many = client.Cache.GetManyAsync([.. Enumerable.Range(0, 500).Select(number => (CacheKey)$"{number}")]).AsTask();
        var one = client.GetAsync("one");
        client.Door.Next().Echo();

        var batch = client.Door.Next();

        Assert.Equal(100, batch.Operations.Count);
        Assert.Contains("one", batch.Keys);
        client.Door.Answer = static batch =>
        {
            batch.Echo();
            return Task.CompletedTask;
        };
        batch.Echo();
        Assert.Equal(500, (await many).Count(static entry => entry.Found));
        Assert.Equal(("first", "one"), (await first, await one));
    }

    [Fact]
    public async Task TooManyBytesWaiting_AreRefusedByName()
    {
        using var client = new LaneFixture(static options =>
        {
            options.Lanes.MaxBatchesInFlight = 1;
            options.Lanes.MaxQueuedBytes = 100_000;
        });
        var first = client.GetAsync("first");
        var waiting = client.Cache.SetAsync("waiting", new byte[90_000]);

        var error = await Assert.ThrowsAsync<CacheUnavailableException>(async () => await client.Cache.SetAsync("refused", new byte[20_000]));

        Assert.Contains("Lanes.MaxQueuedBytes", error.Message, StringComparison.Ordinal);
        client.Door.Next().Echo();
        client.Door.Next().Echo();
        Assert.Equal(CacheWriteOutcome.Stored, (await waiting).Outcome);
        Assert.Equal("first", await first);
        Assert.Equal(2, client.Door.Count);
    }

    [Fact]
    public async Task Metrics_TellBatchesAndMoves()
    {
        using var client = new LaneFixture(static options => options.Lanes.MaxBatchesInFlight = 1);
        var measured = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == LaneMetrics.MeterName && instrument.Meter.Scope == client.Meters)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Add(instrument, value));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument, value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument, value));
        listener.Start();
        var first = client.GetAsync("first");
        client.Time.Advance(TimeSpan.FromMilliseconds(3));
        var second = client.GetAsync("second");
        client.Time.Advance(TimeSpan.FromMilliseconds(2));
        listener.RecordObservableInstruments();
        Assert.Equal("first".Length, measured["orleans.cache.client.inflight"]);

        client.Door.Next().Echo();
        client.Door.Next().EchoExcept(static _ => OperationStatus.Moved);
        client.Door.Next().Echo();
        await Task.WhenAll(first, second);

        Assert.Equal(3, measured["orleans.cache.client.batch.operations"]);
        Assert.Equal(1, measured["orleans.cache.client.moved"]);
        Assert.Equal(0.002, measured["orleans.cache.client.queue.duration"], tolerance: 1e-6);
        Assert.Equal(0.005, measured["orleans.cache.client.batch.duration"], tolerance: 1e-6);

        void Add(Instrument instrument, double value)
        {
            lock (measured)
            {
                measured[instrument.Name] = measured.GetValueOrDefault(instrument.Name) + value;
            }
        }
    }
}
