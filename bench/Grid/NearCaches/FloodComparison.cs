using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Reports;

namespace Orleans.Cache.GridBench.NearCaches;

/// <summary>Writers that write as fast as they can, or so many a second, with subscribers and without.</summary>
internal sealed class FloodComparison(NearGrid grid, int repeat, TimeSpan duration) : IDisposable
{
    private const int Writers = 4;
    private const int Batch = 64;
    private const int Keys = 100_000;
    private const int FixedRate = 100_000;

    private readonly MeterListener _listener = new();
    private long _told;

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "orleans.cache.client.near.invalidations")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => _told += value);
        _listener.Start();
        var table = new MarkdownTable("writes", "subscribers", "keys written a second", "told each a second", "to those without subscribers", "least – most", "batch p99 ms");
        foreach (var rate in new int?[] { FixedRate, null })
        {
            var without = new List<Turn>();
            var with = new List<Turn>();
            for (var turn = 0; turn <= repeat; turn++)
            {
                // Nobody follows the default cache's changes: it has no near caches.
                without.Add(await RunAsync(ICacheGrid.DefaultCache, rate, cancellationToken));
                with.Add(await RunAsync(NearGrid.Bounded, rate, cancellationToken));
            }

            without.RemoveAt(0);
            with.RemoveAt(0);
            var ratio = Spread.Of(with.Zip(without, static (left, right) => left.Written / right.Written));
            Add(table, rate, 0, without, Spread.Of([1]));
            Add(table, rate, grid.Subscribers, with, ratio);
        }

        return table.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static void Add(MarkdownTable table, int? rate, int subscribers, List<Turn> turns, Spread ratio) => table.Add(
        rate is { } fixedRate ? fixedRate.ToString("N0", CultureInfo.InvariantCulture) : "as fast as they can",
        subscribers.ToString(CultureInfo.InvariantCulture),
        Spread.Of(turns.Select(static turn => turn.Written)).Median.ToString("N0", CultureInfo.InvariantCulture),
        Spread.Of(turns.Select(static turn => turn.Told)).Median.ToString("N0", CultureInfo.InvariantCulture),
        ratio.Median.ToString("0.00", CultureInfo.InvariantCulture),
        string.Create(CultureInfo.InvariantCulture, $"{ratio.Min:0.00} – {ratio.Max:0.00}"),
        (Spread.Of(turns.Select(static turn => turn.P99)).Median / 1000).ToString("0.0", CultureInfo.InvariantCulture));

    private async Task<Turn> RunAsync(string name, int? rate, CancellationToken cancellationToken)
    {
        // Near copies there must be, or there would be nothing to follow.
        for (var subscriber = 0; subscriber < grid.Subscribers; subscriber++)
        {
            await grid.Subscriber(subscriber, NearGrid.Bounded).TryGetAsync("anything", cancellationToken);
        }

        var cache = grid.Writer(name);
        var before = Told();
        var started = Stopwatch.GetTimestamp();
        var latencies = Enumerable.Range(0, Writers).Select(static _ => new LatencyHistogram()).ToArray();
        var written = await Task.WhenAll(Enumerable.Range(0, Writers).Select(number => Task.Run(() => WriteAsync(cache, number, rate, latencies[number], started), cancellationToken)));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        foreach (var other in latencies.Skip(1))
        {
            latencies[0].Add(other);
        }

        return new Turn(written.Sum() / seconds, (Told() - before) / seconds / grid.Subscribers, latencies[0].Percentile(0.99));
    }

    private async Task<long> WriteAsync(ICache cache, int number, int? rate, LatencyHistogram latencies, long started)
    {
        var random = new Random(number);
        var items = new CacheSetItem[Batch];
        var written = 0L;
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            for (var index = 0; index < Batch; index++)
            {
                items[index] = new CacheSetItem($"flood:{number}:{random.Next(Keys)}:{index}", new byte[100]);
            }

            var sent = Stopwatch.GetTimestamp();
            await cache.SetManyAsync(items);
            latencies.Record(Stopwatch.GetTimestamp() - sent);
            written += Batch;
            var due = rate is { } fixedRate ? TimeSpan.FromSeconds(written * (double)Writers / fixedRate) - Stopwatch.GetElapsedTime(started) : TimeSpan.Zero;
            if (due > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(due);
            }
        }

        return written;
    }

    private long Told()
    {
        _told = 0;
        _listener.RecordObservableInstruments();
        return _told;
    }

    private readonly record struct Turn(double Written, double Told, double P99);
}
