using Orleans.Cache.GridBench.Measurements;

namespace Orleans.Cache.GridBench.Reports;

/// <summary>What every side came to: medians of the turns.</summary>
internal static class FigureTable
{
    public static MarkdownTable Of(IEnumerable<ScenarioResult> results)
    {
        var table = new MarkdownTable(
            "scenario",
            "side",
            "operations/s",
            "p50 µs",
            "p99 µs",
            "p99.9 µs",
            "processors, client + server",
            "processor µs/operation",
            "allocated bytes/operation, client + silo");
        foreach (var result in results)
        {
            foreach (var side in result.Sides)
            {
                table.Add(
                    result.Scenario.Title,
                    side.Contestant.Label,
                    Figures.Text(side.Median(static run => run.OperationsPerSecond), "N0"),
                    Figures.Microseconds(side.Median(static run => run.Latency.P50)),
                    Figures.Microseconds(side.Median(static run => run.Latency.P99)),
                    Figures.Microseconds(side.Median(static run => run.Latency.P999)),
                    $"{Figures.Text(side.Median(static run => run.ClientProcessors), "0.00")} + {Figures.Text(side.Median(static run => run.ServerProcessors), "0.00")}",
                    Figures.Text(side.Median(static run => run.ProcessorMicrosecondsPerOperation), "0.00"),
                    Allocated(side));
            }
        }

        return table;
    }

    private static string Allocated(ContestantResult side)
    {
        var client = side.Median(static run => run.ClientAllocatedBytesPerOperation);
        var silo = side.Median(static run => run.ServerAllocatedBytesPerOperation);
        return client is null ? Figures.Text(null, string.Empty) : $"{Figures.Text(client, "N0")} + {Figures.Text(silo, "N0")}";
    }
}
