using System.Diagnostics;
using System.Globalization;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Reports;

namespace Orleans.Cache.GridBench.Events;

/// <summary>Writers that write as fast as they can, so many a second, or one at a time, to a cache with events and to one without, in turns.</summary>
internal sealed class EventComparison(EventGrid grid, int repeat, TimeSpan duration)
{
    private const int Writers = 4;
    private const int Batch = 64;
    private const int Keys = 100_000;
    private static readonly TimeSpan LagPeriod = TimeSpan.FromMilliseconds(5);

    /// <param name="rates">How many keys are written a second; <see langword="null"/>: as many as can be; 0: none but those that are timed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<string> RunAsync(IReadOnlyList<int?> rates, CancellationToken cancellationToken)
    {
        await using var listener = await EventListener.StartAsync(grid.Listener, cancellationToken);
        var table = new MarkdownTable("writes", "events", "keys written a second", "to those without events", "least – most", "told a second", "missed", "lag p50 ms", "lag p99 ms");
        foreach (var rate in rates)
        {
            var without = new List<Turn>();
            var with = new List<Turn>();
            for (var turn = 0; turn <= repeat; turn++)
            {
                without.Add(await RunAsync(ICacheGrid.DefaultCache, rate, listener, cancellationToken));
                with.Add(await RunAsync(EventGrid.Told, rate, listener, cancellationToken));
            }

            without.RemoveAt(0);
            with.RemoveAt(0);
            if (rate != 0)
            {
                Add(table, rate, "off", without, Spread.Of([1]));
            }

            Add(table, rate, "on", with, Spread.Of(with.Zip(without, static (left, right) => left.Written / right.Written)));
        }

        return table.ToString();
    }

    private static void Add(MarkdownTable table, int? rate, string events, List<Turn> turns, Spread ratio)
    {
        var lags = new LatencyHistogram();
        foreach (var turn in turns)
        {
            lags.Add(turn.Lags);
        }

        var isTold = events == "on";
        table.Add(
            rate switch { null => "as fast as they can", 0 => "one every 5 ms", { } fixedRate => fixedRate.ToString("N0", CultureInfo.InvariantCulture) },
            events,
            Spread.Of(turns.Select(static turn => turn.Written)).Median.ToString("N0", CultureInfo.InvariantCulture),
            rate == 0 ? "–" : ratio.Median.ToString("0.00", CultureInfo.InvariantCulture),
            rate == 0 ? "–" : string.Create(CultureInfo.InvariantCulture, $"{ratio.Min:0.00} – {ratio.Max:0.00}"),
            isTold ? Spread.Of(turns.Select(static turn => turn.Told)).Median.ToString("N0", CultureInfo.InvariantCulture) : "–",
            isTold ? turns.Sum(static turn => turn.Missed).ToString("N0", CultureInfo.InvariantCulture) : "–",
            isTold ? (lags.Percentile(0.5) / 1000).ToString("0.0", CultureInfo.InvariantCulture) : "–",
            isTold ? (lags.Percentile(0.99) / 1000).ToString("0.0", CultureInfo.InvariantCulture) : "–");
    }

    private async Task<Turn> RunAsync(string name, int? rate, EventListener listener, CancellationToken cancellationToken)
    {
        var cache = grid.Writer(name);
        listener.TakeLags();
        var (heard, missed) = (listener.Heard, listener.Missed);
        var started = Stopwatch.GetTimestamp();
        var writers = rate == 0 ? 0 : Writers;
        var probing = Task.Run(() => ProbeAsync(cache, listener, started), cancellationToken);
        var written = await Task.WhenAll(Enumerable.Range(0, writers).Select(number => Task.Run(() => WriteAsync(cache, number, rate, started), cancellationToken)).Append(probing));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;

        // What is on its way still belongs to this turn, so that it does not slow the next one; it counts no more.
        var told = (listener.Heard - heard) / seconds;
        for (var before = -1L; before != listener.Heard;)
        {
            before = listener.Heard;
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken);
        }

        return new Turn(written.Sum() / seconds, told, listener.Missed - missed, listener.TakeLags());
    }

    private async Task<long> WriteAsync(ICache cache, int number, int? rate, long started)
    {
        var random = new Random(number);
        var items = new CacheSetItem[Batch];
        var written = 0L;
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            for (var index = 0; index < Batch; index++)
            {
                items[index] = new CacheSetItem($"flooded:{number}:{random.Next(Keys):D6}:{index:D2}", new byte[100]);
            }

            await cache.SetManyAsync(items);
            written += Batch;
            var due = rate is { } fixedRate ? TimeSpan.FromSeconds(written * (double)Writers / fixedRate) - Stopwatch.GetElapsedTime(started) : TimeSpan.Zero;
            if (due > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(due);
            }
        }

        return written;
    }

    /// <summary>Writes one key every few milliseconds, whose events are timed from the call on.</summary>
    private async Task<long> ProbeAsync(ICache cache, EventListener listener, long started)
    {
        var written = 0;
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            var key = LagKeys.Of(written++);
            listener.Sending(key);
            await cache.SetAsync(key, new byte[100]);
            await Task.Delay(LagPeriod);
        }

        return written;
    }

    private readonly record struct Turn(double Written, double Told, long Missed, LatencyHistogram Lags);
}
