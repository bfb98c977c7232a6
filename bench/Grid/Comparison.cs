using System.Globalization;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench;

/// <summary>Runs scenarios: the grid and its rivals take turns, so that whatever else the machine does falls on all of them alike.</summary>
internal sealed class Comparison(CompareSettings settings, IReadOnlySet<SideKind> available, TextWriter progress)
{
    public async Task<IReadOnlyList<ScenarioResult>> RunAsync(CancellationToken cancellationToken)
    {
        var results = new List<ScenarioResult>();
        foreach (var scenario in settings.Scenarios)
        {
            results.Add(await RunAsync(scenario, cancellationToken));
        }

        return results;
    }

    private async Task<ScenarioResult> RunAsync(Scenario scenario, CancellationToken cancellationToken)
    {
        Contestant[] contestants = [.. scenario.Contestants.Where(contestant => available.Contains(contestant.Side))];
        var measurements = contestants.ToDictionary(static contestant => contestant, static _ => new List<Measurement>());
        await using var sides = new RunningSides();
        for (var turn = 0; turn <= settings.Repeats; turn++)
        {
            foreach (var contestant in contestants)
            {
                // The first turn warms up: code is compiled, connections are made, buffers have grown.
                var measurement = await MeasureAsync(
                    scenario, contestant, sides, turn == 0 ? settings.WarmUpOf(contestant.Side, contestant.Silos) : settings.Duration, cancellationToken);
                await ReportAsync(scenario, contestant, turn, measurement);
                if (turn > 0)
                {
                    measurements[contestant].Add(measurement);
                }
            }
        }

        return new ScenarioResult(scenario, Result(scenario.Grid), Results(scenario.Rivals), Results(scenario.Floor));

        ContestantResult Result(Contestant contestant) => new(contestant, measurements[contestant]);

        ContestantResult[] Results(IEnumerable<Contestant> some) => [.. some.Where(measurements.ContainsKey).Select(Result)];
    }

    private static async Task<Measurement> MeasureAsync(
        Scenario scenario, Contestant contestant, RunningSides sides, TimeSpan duration, CancellationToken cancellationToken)
    {
        try
        {
            var side = await sides.GetAsync(contestant, cancellationToken);
            var before = MachineTime.Now();
            var measurement = await side.RunAsync(contestant.Load, duration, cancellationToken);
            var own = measurement.ClientProcessor + measurement.ServerProcessor;
            return measurement with { OthersShare = before is { } start && own is { } time ? MachineTime.Now()?.OthersShareSince(start, time) : null };
        }
        catch (Exception exception) when (exception is BenchException or CacheException or TimeoutException)
        {
            throw new BenchException($"Scenario {scenario.Name}, {contestant.Label}: {exception.Message}");
        }
    }

    private Task ReportAsync(Scenario scenario, Contestant contestant, int turn, Measurement run) => progress.WriteLineAsync(string.Create(
        CultureInfo.InvariantCulture,
        $"{scenario.Name,-16} {settings.TurnName(turn),-8} {contestant.Label,-28} {run.OperationsPerSecond,12:N0} operations/s, others took {run.OthersShare:P0}{run.ErrorText}"));
}
