using System.Diagnostics;
using System.Globalization;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Reports;

namespace Orleans.Cache.GridBench.HotKeys;

/// <summary>One key that takes most of the reads, in a cache with hot keys and in one without, in turns.</summary>
internal sealed class HotComparison(ICacheGrid grid, int callers, int repeat, TimeSpan duration)
{
    public const string With = "with";
    public const string Without = "without";

    private const int OtherKeys = 10_000;
    private const int HotPercent = 80;

    /// <summary>In each turn so much is not counted: the key is promoted meanwhile, and demoted in the turn of the other.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4);

    private readonly CacheKey[] _keys = [.. Enumerable.Range(0, OtherKeys + 1).Select(static key => (CacheKey)$"session:{key:0000000000000000}")];

    /// <summary>Brings the entries into the grid, and has a turn of each that does not count: what runs for the first time is slow.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        foreach (var name in new[] { With, Without })
        {
            foreach (var keys in _keys.Chunk(500))
            {
                await grid.GetCache(name).SetManyAsync([.. keys.Select(static key => new CacheSetItem(key, new byte[100]))], cancellationToken);
            }
        }

        await RunAsync(Without, cancellationToken);
        await RunAsync(With, cancellationToken);
    }

    /// <summary>Runs the turns.</summary>
    /// <returns>A table of what they came to.</returns>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var without = new List<Turn>();
        var with = new List<Turn>();
        for (var turn = 0; turn <= repeat; turn++)
        {
            without.Add(await RunAsync(Without, cancellationToken));
            with.Add(await RunAsync(With, cancellationToken));
        }

        without.RemoveAt(0);
        with.RemoveAt(0);
        var table = new MarkdownTable("hot keys", "reads per second", "p50 ms", "p99 ms", "reads: to without", "least – most", "p99: to without", "least – most");
        Add(table, "without", without, without);
        Add(table, "with", with, without);
        return table.ToString();
    }

    private static void Add(MarkdownTable table, string name, List<Turn> turns, List<Turn> others)
    {
        var reads = Spread.Of(turns.Zip(others, static (left, right) => left.Reads / right.Reads));
        var slowest = Spread.Of(turns.Zip(others, static (left, right) => left.P99 / right.P99));
        table.Add(
            name,
            Number(Spread.Of(turns.Select(static turn => turn.Reads)).Median, "N0"),
            Number(Spread.Of(turns.Select(static turn => turn.P50)).Median / 1000, "0.00"),
            Number(Spread.Of(turns.Select(static turn => turn.P99)).Median / 1000, "0.00"),
            Number(reads.Median, "0.00"),
            $"{Number(reads.Min, "0.00")} – {Number(reads.Max, "0.00")}",
            Number(slowest.Median, "0.00"),
            $"{Number(slowest.Min, "0.00")} – {Number(slowest.Max, "0.00")}");
    }

    private static string Number(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    private async Task<Turn> RunAsync(string name, CancellationToken cancellationToken)
    {
        var cache = grid.GetCache(name);
        var began = Stopwatch.GetTimestamp();
        var histograms = await Task.WhenAll(Enumerable.Range(0, callers).Select(number => Task.Run(() => ReadAsync(cache, number, began), cancellationToken)));
        cancellationToken.ThrowIfCancellationRequested();
        var all = histograms[0].Latencies;
        foreach (var (latencies, _) in histograms.Skip(1))
        {
            all.Add(latencies);
        }

        return new Turn(histograms.Sum(static caller => caller.Reads) / duration.TotalSeconds, all.Percentile(0.5), all.Percentile(0.99));
    }

    private async Task<(LatencyHistogram Latencies, long Reads)> ReadAsync(ICache cache, int number, long began)
    {
        var random = new Random(number);
        var latencies = new LatencyHistogram();
        var (reads, now) = (0L, began);
        var (from, until) = (began + (long)(WarmUp.TotalSeconds * Stopwatch.Frequency), began + (long)((WarmUp + duration).TotalSeconds * Stopwatch.Frequency));
        while (now < until)
        {
            var key = random.Next(100) < HotPercent ? 0 : random.Next(1, _keys.Length);
            if (!(await cache.TryGetAsync(_keys[key])).Found)
            {
                throw new BenchException($"The entry of {_keys[key]} is gone.");
            }

            var sent = now;
            now = Stopwatch.GetTimestamp();
            if (sent >= from)
            {
                latencies.Record(now - sent);
                reads++;
            }
        }

        return (latencies, reads);
    }

    private readonly record struct Turn(double Reads, double P50, double P99);
}
