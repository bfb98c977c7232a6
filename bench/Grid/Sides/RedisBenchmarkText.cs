using System.Globalization;
using System.Text.RegularExpressions;
using Orleans.Cache.GridBench.Measurements;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>
/// What <c>redis-benchmark</c> writes of one test for people: unlike <c>--csv</c> it has the tail of the latencies. Of the tail it knows the
/// parts 1 - 2^-n, so p99.9 is that of 99.902 %.
/// </summary>
internal static partial class RedisBenchmarkText
{
    private const double P999 = 99.9;

    /// <exception cref="BenchException">The text is not what this version of the benchmark is known to write.</exception>
    public static (double OperationsPerSecond, Percentiles Latency) Parse(string text)
    {
        var throughput = Throughput().Match(text);
        var summary = Summary().Match(text);
        var tail = Tail().Matches(text).FirstOrDefault(static line => Number(line.Groups["percent"]) >= P999);
        return throughput.Success && summary.Success && tail is not null
            ? (Number(throughput.Groups["rate"]), new Percentiles(
                1000 * Number(summary.Groups["p50"]), 1000 * Number(summary.Groups["p99"]), 1000 * Number(tail.Groups["milliseconds"])))
            : throw new BenchException($"redis-benchmark wrote what cannot be read; version 6.2 or later is needed.{Environment.NewLine}{text}");
    }

    private static double Number(Group text) => double.Parse(text.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"throughput summary: (?<rate>[\d.]+) requests per second")]
    private static partial Regex Throughput();

    [GeneratedRegex(@"avg\s+min\s+p50\s+p95\s+p99\s+max\s+[\d.]+\s+[\d.]+\s+(?<p50>[\d.]+)\s+[\d.]+\s+(?<p99>[\d.]+)\s+[\d.]+")]
    private static partial Regex Summary();

    // The list by percentile stands before the cumulative one, whose lines look alike.
    [GeneratedRegex(@"(?<percent>[\d.]+)% <= (?<milliseconds>[\d.]+) milliseconds")]
    private static partial Regex Tail();
}
