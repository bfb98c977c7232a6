using Orleans.Cache.GridBench.Measurements;

namespace Orleans.Cache.GridBench.Reports;

/// <summary>The grid beside the same messages without a cache.</summary>
internal static class FloorTable
{
    public static MarkdownTable Of(IEnumerable<ScenarioResult> results)
    {
        var table = new MarkdownTable("scenario", "floor", "keys/s", "grid / floor", "least – most", "processor µs/key", "the grid's", "p99 µs");
        foreach (var result in results)
        {
            foreach (var floor in result.Floor)
            {
                var ratio = result.Grid.RatioTo(floor, static run => run.OperationsPerSecond)!;
                table.Add(
                    result.Scenario.Title,
                    floor.Contestant.Label,
                    Figures.Text(floor.Median(static run => run.OperationsPerSecond), "N0"),
                    Figures.Ratio(ratio.Median),
                    Figures.Range(ratio),
                    Figures.Text(floor.Median(static run => run.ProcessorMicrosecondsPerOperation), "0.00"),
                    Figures.Text(result.Grid.Median(static run => run.ProcessorMicrosecondsPerOperation), "0.00"),
                    Figures.Microseconds(floor.Median(static run => run.Latency.P99)));
            }
        }

        return table;
    }
}
