using System.Diagnostics;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.OpenLoop;

/// <summary>
/// Reads that arrive at a fixed rate, whether or not earlier ones were answered, as those of many users do. A latency counts from when its
/// read was due, not from when it was sent: so a stall shows in every read that it held up, and a generator that falls behind shows too.
/// </summary>
internal sealed class Arrivals : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMicroseconds(100);
    private static readonly TimeSpan DrainBudget = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DrainPause = TimeSpan.FromMilliseconds(1);

    private readonly ThreadLocal<LatencyHistogram> _latencies = new(static () => new LatencyHistogram(), trackAllValues: true);
    private readonly IReadTarget _target;
    private readonly double _ticksPerRead;
    private readonly long _count;
    private readonly KeyPicker _keys = new(LoadOperation.Get, 0);
    private string? _firstError;
    private long _errors;
    private long _answered;

    private Arrivals(IReadTarget target, double perSecond, TimeSpan duration)
    {
        _target = target;
        _ticksPerRead = Stopwatch.Frequency / perSecond;
        _count = (long)(perSecond * duration.TotalSeconds);
    }

    /// <summary>Sends reads at a rate for some time, and waits for the last answer.</summary>
    public static async Task<Measurement> RunAsync(
        RunningTarget running, double perSecond, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var arrivals = new Arrivals(running.Target, perSecond, duration);

        // What was left over from before is not this run's.
        GC.Collect();
        var serverBefore = await running.GetServerUseAsync(cancellationToken);
        var clientBefore = ProcessUse.OfThisProcess();
        var started = Stopwatch.GetTimestamp();
        await Task.Factory.StartNew(
            () => arrivals.Send(started, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await arrivals.DrainAsync();
        var elapsed = Stopwatch.GetElapsedTime(started);
        var client = ProcessUse.OfThisProcess() - clientBefore;
        var server = await running.GetServerUseAsync(cancellationToken) - serverBefore;
        cancellationToken.ThrowIfCancellationRequested();
        return new Measurement
        {
            Operations = arrivals._count - arrivals._errors,
            Seconds = elapsed.TotalSeconds,
            Latency = Percentiles.Of(arrivals.Sum()),
            ClientProcessor = client.Processor,
            ServerProcessor = server.Processor,
            ClientAllocatedBytes = client.AllocatedBytes,
            Errors = arrivals._errors,
            FirstError = arrivals._firstError,
        };
    }

    public void Dispose() => _latencies.Dispose();

    // On a thread of its own. What is due is sent in a burst at every tick: a sleep is not exact, and to spin would take a processor away
    // from what is measured. The tick is part of the latency, the same for every system.
    private void Send(long started, CancellationToken cancellationToken)
    {
        FineSleep.PrepareThread();
        for (var sent = 0L; sent < _count && !cancellationToken.IsCancellationRequested;)
        {
            var due = Math.Min(_count, (long)((Stopwatch.GetTimestamp() - started) / _ticksPerRead));
            for (; sent < due; sent++)
            {
                _ = ReadAsync(_keys.NextKey(), started + (long)(sent * _ticksPerRead));
            }

            FineSleep.Sleep(Tick);
        }
    }

    private async Task ReadAsync(int key, long due)
    {
        try
        {
            await _target.ReadAsync(key);
        }
        catch (Exception exception)
        {
            // Whatever it is: it must not end the run unseen, and it is reported.
            Interlocked.Increment(ref _errors);
            Interlocked.CompareExchange(ref _firstError, exception.Message, null);
        }

        _latencies.Value!.Record(Stopwatch.GetTimestamp() - due);
        Interlocked.Increment(ref _answered);
    }

    private async Task DrainAsync()
    {
        var started = Stopwatch.GetTimestamp();
        while (Interlocked.Read(ref _answered) < _count)
        {
            if (Stopwatch.GetElapsedTime(started) > DrainBudget)
            {
                throw new BenchException("Reads that arrived at a fixed rate were not answered in time, nor ended in an error.");
            }

            await Task.Delay(DrainPause);
        }
    }

    private LatencyHistogram Sum()
    {
        var sum = new LatencyHistogram();
        foreach (var histogram in _latencies.Values)
        {
            sum.Add(histogram);
        }

        return sum;
    }
}
