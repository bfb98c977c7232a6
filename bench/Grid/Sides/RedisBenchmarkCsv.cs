using System.Globalization;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>What <c>redis-benchmark --csv</c> writes of one test: a line of names and a line of values, all in quotes.</summary>
internal sealed record RedisBenchmarkCsv(double OperationsPerSecond, double P50Microseconds, double P99Microseconds)
{
    /// <exception cref="BenchException">The text is not what this version of the benchmark is known to write.</exception>
    public static RedisBenchmarkCsv Parse(string text)
    {
        string[][] lines =
        [
            .. text.Split('\n')
                .Select(static line => line.Trim())
                .Where(static line => line.StartsWith('"'))
                .Select(static line => line.Split(',').Select(static cell => cell.Trim('"')).ToArray()),
        ];
        if (lines is not [var names, var values] || names.Length != values.Length)
        {
            throw new BenchException($"redis-benchmark wrote what cannot be read; version 6.2 or later is needed.{Environment.NewLine}{text}");
        }

        return new RedisBenchmarkCsv(Number("rps"), 1000 * Number("p50_latency_ms"), 1000 * Number("p99_latency_ms"));

        double Number(string name) => Array.IndexOf(names, name) is >= 0 and var column
            ? double.Parse(values[column], CultureInfo.InvariantCulture)
            : throw new BenchException($"redis-benchmark does not report {name}; version 6.2 or later is needed.");
    }
}
