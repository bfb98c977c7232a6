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
        Contestant[] contestants = [scenario.Grid, .. scenario.Rivals.Where(rival => available.Contains(rival.Side))];
        var measurements = contestants.ToDictionary(static contestant => contestant, static _ => new List<Measurement>());
        await using var sides = new RunningSides();
        for (var turn = 0; turn <= settings.Repeats; turn++)
        {
            foreach (var contestant in contestants)
            {
                var side = await sides.GetAsync(contestant.Side, cancellationToken);
                var measurement = await MeasureAsync(side, contestant.Load, cancellationToken);
                await ReportAsync(scenario, contestant, turn, measurement);

                // The first turn warms up: code is compiled, connections are made, buffers have grown.
                if (turn > 0)
                {
                    measurements[contestant].Add(measurement);
                }
            }
        }

        return new ScenarioResult(
            scenario,
            new ContestantResult(scenario.Grid, measurements[scenario.Grid]),
            [.. contestants.Skip(1).Select(rival => new ContestantResult(rival, measurements[rival]))]);
    }

    private async Task<Measurement> MeasureAsync(ISide side, Load load, CancellationToken cancellationToken)
    {
        var before = MachineTime.Now();
        var measurement = await side.RunAsync(load, settings.Duration, cancellationToken);
        var own = measurement.ClientProcessor + measurement.ServerProcessor;
        return measurement with { OthersShare = before is { } start && own is { } time ? MachineTime.Now()?.OthersShareSince(start, time) : null };
    }

    private async Task ReportAsync(Scenario scenario, Contestant contestant, int turn, Measurement measurement)
    {
        var which = turn == 0 ? "warm-up" : string.Create(CultureInfo.InvariantCulture, $"{turn} of {settings.Repeats}");
        var errors = measurement.Errors == 0
            ? string.Empty
            : string.Create(CultureInfo.InvariantCulture, $", {measurement.Errors} errors, the first: {measurement.FirstError}");
        await progress.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{scenario.Name,-14} {which,-8} {contestant.Label,-18} {measurement.OperationsPerSecond,12:N0} operations/s, others took {measurement.OthersShare:P0}{errors}"));
    }
}
