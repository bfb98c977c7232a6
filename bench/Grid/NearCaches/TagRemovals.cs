using System.Diagnostics;
using System.Globalization;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Reports;

namespace Orleans.Cache.GridBench.NearCaches;

/// <summary>How long a removal by tag takes: of a few entries beside none, and beside a million others.</summary>
internal sealed class TagRemovals(NearGrid grid, int removals)
{
    private const int Tagged = 1000;
    private const int Others = 1_000_000;
    private const int Batch = 1000;

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var writer = grid.Writer(ICacheGrid.DefaultCache);
        var table = new MarkdownTable("other entries", "removals", "p50 ms", "p99 ms", "longest ms", "stale reads after");
        await AddAsync(table, writer, others: 0, cancellationToken);
        for (var start = 0; start < Others; start += Batch)
        {
            await writer.SetManyAsync([.. Enumerable.Range(start, Batch).Select(static key => new CacheSetItem($"other:{key}", new byte[100]))], cancellationToken);
        }

        await AddAsync(table, writer, Others, cancellationToken);
        return table.ToString();
    }

    private async Task AddAsync(MarkdownTable table, ICache writer, int others, CancellationToken cancellationToken)
    {
        // Two more than are counted: the first ones make connections, and are compiled.
        var times = new LatencyHistogram();
        var longest = 0.0;
        var stale = 0;
        CacheKey[] keys = [.. Enumerable.Range(0, Tagged).Select(static key => (CacheKey)$"tagged:{key}")];
        for (var removal = -2; removal < removals; removal++)
        {
            var tag = string.Create(CultureInfo.InvariantCulture, $"tag {others} {removal}");
            await writer.SetManyAsync([.. keys.Select(key => new CacheSetItem(key, new byte[100], new CacheSetOptions { Tags = [tag] }))], cancellationToken);
            var started = Stopwatch.GetTimestamp();
            await writer.RemoveByTagAsync(tag, cancellationToken);
            var elapsed = Stopwatch.GetElapsedTime(started);
            for (var subscriber = 0; subscriber < grid.Subscribers; subscriber++)
            {
                stale += (await grid.Subscriber(subscriber, ICacheGrid.DefaultCache).GetManyAsync(keys, cancellationToken)).Count(static entry => entry.Found);
            }

            if (removal >= 0)
            {
                times.Record(elapsed.Ticks * (Stopwatch.Frequency / TimeSpan.TicksPerSecond));
                longest = Math.Max(longest, elapsed.TotalMilliseconds);
            }
        }

        var percentiles = Percentiles.Of(times);
        table.Add(
            others.ToString("N0", CultureInfo.InvariantCulture),
            removals.ToString(CultureInfo.InvariantCulture),
            Milliseconds(percentiles.P50 / 1000),
            Milliseconds(percentiles.P99 / 1000),
            Milliseconds(longest),
            stale.ToString(CultureInfo.InvariantCulture));
    }

    private static string Milliseconds(double milliseconds) => milliseconds.ToString("0.00", CultureInfo.InvariantCulture);
}
