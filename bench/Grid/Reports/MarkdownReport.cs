using System.Globalization;
using Orleans.Cache.GridBench.Measurements;

namespace Orleans.Cache.GridBench.Reports;

/// <summary>The report for people: ratios first, since they are what another machine would see too.</summary>
internal static class MarkdownReport
{
    private const string Unknown = "–";

    public static string Of(RunInfo info, IReadOnlyList<ScenarioResult> results) => $"""
        # The grid side by side with Redis

        Made by `dotnet run -c Release --project bench/Grid -- compare`. {info}.

        Values of 100 bytes, 100,000 keys, all present; everything on one machine over loopback. The grid is one silo process under the load of
        a client process with the public API; Redis runs without persistence under the load of `redis-benchmark`, its best case. They take turns
        (grid, Redis, grid, Redis ...) after a turn to warm up. Other programs took {Others(results)} of the processors meanwhile: the less, the
        better, because the side with more threads gets more of a busy machine. The processor time for an operation depends on it least.

        ## Ratios

        The grid's operations per second over Redis' in the same turn: median, and least to most, of the turns. *Reach* is what the grid is meant
        to come to. *Processor* is the processor time of all processes for an operation over Redis': below 1 the grid is cheaper.

        {Ratios(results)}
        ## For context

        Figures of the machine that this was run on: medians of the turns. Latencies are those of a call, so of a whole batch where there is one.
        Allocated are managed bytes for an operation in the client's process (the silo's included where it is hosted there).

        {Figures(results)}{Errors(results)}
        """;

    private static MarkdownTable Ratios(IReadOnlyList<ScenarioResult> results)
    {
        var table = new MarkdownTable("scenario", "against", "ratio", "least – most", "reach", "processor");
        foreach (var result in results)
        {
            foreach (var rival in result.Rivals)
            {
                var rate = result.Grid.RatioTo(rival, static run => run.OperationsPerSecond)!;
                var processor = result.Grid.RatioTo(rival, static run => run.ProcessorMicrosecondsPerOperation);
                table.Add(
                    result.Scenario.Title,
                    rival.Contestant.Label,
                    Text(rate.Median, "0.00"),
                    $"{Text(rate.Min, "0.00")} – {Text(rate.Max, "0.00")}",
                    Text(rival.Contestant.Reach, "0.0"),
                    Text(processor?.Median, "0.0"));
            }
        }

        return table;
    }

    private static MarkdownTable Figures(IReadOnlyList<ScenarioResult> results)
    {
        var table = new MarkdownTable(
            "scenario", "side", "operations/s", "p50 µs", "p99 µs", "processor µs/operation", "client + server", "allocated bytes/operation");
        foreach (var result in results)
        {
            foreach (var side in result.Rivals.Prepend(result.Grid))
            {
                var client = Text(side.Median(static run => run.ClientProcessorMicrosecondsPerOperation), "0.00");
                var server = Text(side.Median(static run => run.ServerProcessorMicrosecondsPerOperation), "0.00");
                table.Add(
                    result.Scenario.Title,
                    side.Contestant.Label,
                    Text(side.Median(static run => run.OperationsPerSecond), "N0"),
                    Text(side.Median(static run => run.P50Microseconds), "N1"),
                    Text(side.Median(static run => run.P99Microseconds), "N1"),
                    Text(side.Median(static run => run.ProcessorMicrosecondsPerOperation), "0.00"),
                    $"{client} + {server}",
                    Text(side.Median(static run => run.AllocatedBytesPerOperation), "N0"));
            }
        }

        return table;
    }

    private static string Others(IReadOnlyList<ScenarioResult> results)
    {
        double[] shares =
        [
            .. results.SelectMany(static result => result.Rivals.Prepend(result.Grid))
                .SelectMany(static side => side.Runs)
                .Select(static run => run.OthersShare)
                .OfType<double>(),
        ];
        return shares.Length == 0 ? "an unknown part" : string.Create(CultureInfo.InvariantCulture, $"{100 * Spread.Of(shares).Median:F0} %");
    }

    private static string Errors(IReadOnlyList<ScenarioResult> results)
    {
        var failed = results.Where(static result => result.Grid.Errors > 0).ToArray();
        return failed.Length == 0
            ? string.Empty
            : $"\nCalls that ended in an error: {string.Join("; ", failed.Select(static result => $"{result.Scenario.Name} {result.Grid.Errors.ToString(CultureInfo.InvariantCulture)}"))}.\n";
    }

    private static string Text(double? number, string format) => number?.ToString(format, CultureInfo.InvariantCulture) ?? Unknown;
}
