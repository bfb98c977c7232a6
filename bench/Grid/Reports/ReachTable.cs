using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench.Reports;

/// <summary>The grid beside its rivals, turn by turn, and whether it came as far as it is meant to.</summary>
internal static class ReachTable
{
    public static MarkdownTable Of(IEnumerable<ScenarioResult> results)
    {
        var table = new MarkdownTable("scenario", "against", "ratio", "least – most", "reach", "result", "processor ratio");
        foreach (var result in results)
        {
            foreach (var rival in result.Rivals)
            {
                Add(table, result, rival);
            }

            if (result.Scenario.AllocatedBytesReach is { } bytes)
            {
                AddAllocated(table, result, bytes);
            }
        }

        return table;
    }

    private static void Add(MarkdownTable table, ScenarioResult result, ContestantResult rival)
    {
        var rate = result.Grid.RatioTo(rival, static run => run.OperationsPerSecond);
        var cost = result.Grid.RatioTo(rival, static run => run.ProcessorMicrosecondsPerOperation);
        var reach = rival.Contestant.Reach;

        // What counts for the reach stands first: the rate unless it is the cost.
        var shown = reach?.Kind == ReachKind.CostAtMost ? cost : rate;
        table.Add(
            result.Scenario.Title,
            reach?.Kind == ReachKind.CostAtMost ? $"{rival.Contestant.Label}: processor time" : rival.Contestant.Label,
            Figures.Ratio(shown?.Median),
            shown is null ? Figures.Ratio(null) : Figures.Range(shown),
            reach?.ToString() ?? string.Empty,
            reach is null || shown is null ? string.Empty : Verdict(reach.IsReachedBy(shown.Median)),
            Figures.Ratio(cost?.Median));
    }

    // The value itself has to be allocated once, for the caller.
    private static void AddAllocated(MarkdownTable table, ScenarioResult result, double reach)
    {
        var value = result.Grid.Contestant.Load.ValueBytes;
        Add("client", result.Grid.Median(run => run.ClientAllocatedBytesPerOperation - value));
        Add("silo", result.Grid.Median(static run => run.ServerAllocatedBytesPerOperation));

        void Add(string process, double? bytes) => table.Add(
            result.Scenario.Title,
            $"bytes allocated, {process}",
            Figures.Text(bytes, "0.0"),
            string.Empty,
            $"≤ {Figures.Text(reach, "0")}",
            bytes is null ? string.Empty : Verdict(bytes <= reach),
            string.Empty);
    }

    private static string Verdict(bool reached) => reached ? "reached" : "missed";
}
