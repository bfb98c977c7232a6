using System.Globalization;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Reports;

namespace Orleans.Cache.GridBench.LargeValues;

/// <summary>Small gets alone and beside large values as a table.</summary>
internal static class LargeValueTable
{
    public static string Of(IEnumerable<(int Callers, IReadOnlyList<LargeValueTurn> Turns)> results)
    {
        var table = new MarkdownTable("callers", "of the small gets", "alone µs", "beside µs", "ratio", "least – most", "stream MiB/s");
        foreach (var (callers, turns) in results)
        {
            var stream = Spread.Of(turns.Select(static turn => turn.StreamBytesPerSecond / (1 << 20))).Median;
            AddRow(table, callers, "p50", turns, static latency => latency.P50, stream);
            AddRow(table, callers, "p99", turns, static latency => latency.P99, stream);
            AddRow(table, callers, "p99.9", turns, static latency => latency.P999, stream);
        }

        return table.ToString();
    }

    private static void AddRow(MarkdownTable table, int callers, string name, IReadOnlyList<LargeValueTurn> turns, Func<Percentiles, double> figure, double stream)
    {
        var ratio = Spread.Of(turns.Select(turn => figure(turn.Beside) / figure(turn.Alone)));
        table.Add(
            Number(callers, "0"),
            name,
            Number(Spread.Of(turns.Select(turn => figure(turn.Alone))).Median, "N1"),
            Number(Spread.Of(turns.Select(turn => figure(turn.Beside))).Median, "N1"),
            Number(ratio.Median, "0.00"),
            $"{Number(ratio.Min, "0.00")} – {Number(ratio.Max, "0.00")}",
            Number(stream, "N0"));
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
