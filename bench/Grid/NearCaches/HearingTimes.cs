using System.Diagnostics;
using System.Globalization;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Reports;

namespace Orleans.Cache.GridBench.NearCaches;

/// <summary>How long it takes from a write until it is acknowledged, and until the last subscriber has dropped what was before.</summary>
internal sealed class HearingTimes(NearGrid grid, string cache)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>One write after the other, for a while.</summary>
    public async Task<(Percentiles Acknowledged, Percentiles Heard, int Writes)> RunAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var acknowledged = new LatencyHistogram();
        var heard = new LatencyHistogram();
        var writer = grid.Writer(cache);
        var subscribers = Enumerable.Range(0, grid.Subscribers).Select(number => grid.Subscriber(number, cache)).ToArray();
        var began = Stopwatch.GetTimestamp();
        var writes = 0;
        for (; Stopwatch.GetElapsedTime(began) < duration; writes++)
        {
            CacheKey key = $"heard:{writes % 100}";
            var before = (await writer.SetAsync(key, new byte[100], default, cancellationToken)).Version;
            foreach (var subscriber in subscribers)
            {
                await NearGrid.BringNearAsync(subscriber, key, cancellationToken);
            }

            await Task.Delay(Pause, cancellationToken);
            var started = Stopwatch.GetTimestamp();
            var write = Task.Run(
                async () =>
                {
                    await writer.SetAsync(key, new byte[100], default, CancellationToken.None);
                    return Stopwatch.GetTimestamp();
                },
                cancellationToken);
            foreach (var subscriber in subscribers)
            {
                while (IsNear(subscriber, key, before))
                {
                    Thread.SpinWait(20);
                }
            }

            heard.Record(Stopwatch.GetTimestamp() - started);
            acknowledged.Record(await write - started);
        }

        return (Percentiles.Of(acknowledged), Percentiles.Of(heard), writes);
    }

    public static string Table(
        (Percentiles Acknowledged, Percentiles Heard, int Writes) bounded, (Percentiles Acknowledged, Percentiles Heard, int Writes) strict)
    {
        var table = new MarkdownTable("near caches", "writes", "acknowledged p50 ms", "p99", "heard p50 ms", "p99");
        foreach (var (mode, (acknowledged, heard, writes)) in new[] { (NearGrid.Bounded, bounded), (NearGrid.Strict, strict) })
        {
            table.Add(mode, writes.ToString(CultureInfo.InvariantCulture), Milliseconds(acknowledged.P50), Milliseconds(acknowledged.P99), Milliseconds(heard.P50), Milliseconds(heard.P99));
        }

        return table.ToString();
    }

    /// <summary>Whether a key is read at once as it was; a read that was on its way may have brought what is new already.</summary>
    private static bool IsNear(ICache cache, CacheKey key, long version)
    {
        var read = cache.TryGetAsync(key);
        if (read.IsCompletedSuccessfully)
        {
            return read.GetAwaiter().GetResult().Version == version;
        }

        _ = read.AsTask();
        return false;
    }

    private static string Milliseconds(double microseconds) => (microseconds / 1000).ToString("0.00", CultureInfo.InvariantCulture);
}
