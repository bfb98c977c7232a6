using System.Diagnostics;
using System.Globalization;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.LargeValues;

/// <summary>Small gets alone and beside a stream of large values, in turns, so that whatever else the machine does falls on both alike.</summary>
internal sealed class LargeValueComparison(ICache cache, LargeValueSettings settings, TextWriter progress)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    /// <summary>Measures for so many callers of small gets.</summary>
    public async Task<IReadOnlyList<LargeValueTurn>> RunAsync(int callers, CancellationToken cancellationToken)
    {
        var turns = new List<LargeValueTurn>();
        for (var turn = 0; turn <= settings.Repeats; turn++)
        {
            // The first turn warms up.
            var duration = turn == 0 ? WarmUp : settings.Duration;
            var (alone, _) = await RunAsync(callers, withStream: false, duration, cancellationToken);
            var paused = GC.GetTotalPauseDuration();
            var (beside, bytes) = await RunAsync(callers, withStream: true, duration, cancellationToken);
            paused = GC.GetTotalPauseDuration() - paused;
            await progress.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{callers} callers, turn {turn}: p99 {alone.P99:N0} µs alone, {beside.P99:N0} µs beside {bytes / (1 << 20):N0} MiB/s, client paused {paused.TotalMilliseconds:N0} ms"));
            if (turn > 0)
            {
                turns.Add(new LargeValueTurn(alone, beside, bytes));
            }
        }

        return turns;
    }

    private async Task<(Percentiles Latency, double StreamBytesPerSecond)> RunAsync(
        int callers, bool withStream, TimeSpan duration, CancellationToken cancellationToken)
    {
        // What was left over from before is not this run's.
        GC.Collect();
        var value = DataSet.Value(Load.UsualValueBytes);
        var load = new Load(LoadOperation.Get, callers);
        ICallerLoop[] small = [.. Enumerable.Range(0, callers).Select(number => new CallerLoop(cache, load, value, number))];
        var stream = new LargeValueLoop(cache, settings.ValueBytes);
        var started = Stopwatch.GetTimestamp();
        var deadline = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAll((withStream ? [.. small, stream] : small).Select(
            caller => Task.Run(() => caller.RunAsync(deadline, cancellationToken), CancellationToken.None)));
        cancellationToken.ThrowIfCancellationRequested();
        var error = small.Append(stream).Select(static caller => caller.FirstError).FirstOrDefault(static error => error is not null);
        if (error is not null)
        {
            throw new BenchException($"A call ended in an error: {error}");
        }

        var latencies = new LatencyHistogram();
        foreach (var caller in small)
        {
            latencies.Add(caller.Latencies);
        }

        return (Percentiles.Of(latencies), stream.Operations * (double)settings.ValueBytes / Stopwatch.GetElapsedTime(started).TotalSeconds);
    }
}
