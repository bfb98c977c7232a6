using Orleans.Cache.GridBench.OpenLoop;
using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench.Reports;

/// <summary>Latencies at fixed rates of arrivals, side by side.</summary>
internal static class LatencyTable
{
    public static MarkdownTable Of(IReadOnlyList<OpenLoopResult> results)
    {
        var table = new MarkdownTable(
            "rate", "system", "peak/s", "arrivals/s", "answered/s", "p50 µs", "p99 µs", "p99.9 µs", "processors, client + server", "errors");
        foreach (var result in results)
        {
            Add("half of its own peak", result, result.AtHalfOfPeak);
        }

        foreach (var result in results)
        {
            Add("the same for all", result, result.AtCommonRate);
        }

        return table;

        void Add(string rate, OpenLoopResult result, OpenLoopPoint point) => table.Add(
            rate,
            result.System == SideKind.Grid ? "grid" : result.System == SideKind.Redis ? "redis" : "memcached",
            Figures.Text(result.PeakPerSecond, "N0"),
            Figures.Text(point.PerSecond, "N0"),
            Figures.Text(point.Median(static run => run.OperationsPerSecond), "N0"),
            Figures.Microseconds(point.Median(static run => run.Latency.P50)),
            Figures.Microseconds(point.Median(static run => run.Latency.P99)),
            Figures.Microseconds(point.Median(static run => run.Latency.P999)),
            $"{Figures.Text(point.Median(static run => run.ClientProcessors ?? 0), "0.00")} + {Figures.Text(point.Median(static run => run.ServerProcessors), "0.00")}",
            Figures.Text(point.Runs.Sum(static run => run.Errors), "0"));
    }
}
