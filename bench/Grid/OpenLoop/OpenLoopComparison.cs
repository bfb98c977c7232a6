using System.Globalization;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.OpenLoop;

/// <summary>
/// Latencies of single reads at fixed rates of arrivals. First every system's peak through the same generator, in turns; then, in turns
/// again, half of its own peak, and half of the lowest peak for all.
/// </summary>
internal sealed class OpenLoopComparison(CompareSettings settings, IReadOnlySet<SideKind> available, TextWriter progress)
{
    /// <summary>How many callers wait at once when the peak is sought: more do not raise it.</summary>
    public const int PeakCallers = 256;

    private static readonly SideKind[] Systems = [SideKind.Grid, SideKind.Redis, SideKind.Memcached];

    public async Task<IReadOnlyList<OpenLoopResult>> RunAsync(CancellationToken cancellationToken)
    {
        var targets = new List<RunningTarget>();
        try
        {
            foreach (var kind in Systems.Where(available.Contains))
            {
                targets.Add(await RunningTarget.StartAsync(kind, Load.UsualValueBytes, cancellationToken));
            }

            return await RunAsync(targets, cancellationToken);
        }
        finally
        {
            foreach (var target in targets)
            {
                await target.DisposeAsync();
            }
        }
    }

    private async Task<IReadOnlyList<OpenLoopResult>> RunAsync(List<RunningTarget> targets, CancellationToken cancellationToken)
    {
        var peaks = await TakeTurnsAsync("peak", targets, (target, duration) => PeakAsync(target, duration, cancellationToken));
        var perSecond = targets.ToDictionary(
            static target => target, target => Spread.Of(peaks[target].Select(static run => run.OperationsPerSecond)).Median);
        var common = perSecond.Values.Min() / 2;
        var own = await TakeTurnsAsync(
            "half of its peak", targets, (target, duration) => Arrivals.RunAsync(target, perSecond[target] / 2, duration, cancellationToken));
        var alike = await TakeTurnsAsync(
            "common rate", targets, (target, duration) => Arrivals.RunAsync(target, common, duration, cancellationToken));
        return
        [
            .. targets.Select(target => new OpenLoopResult(
                target.Kind,
                perSecond[target],
                new OpenLoopPoint(perSecond[target] / 2, own[target]),
                new OpenLoopPoint(common, alike[target]))),
        ];
    }

    private async Task<Dictionary<RunningTarget, List<Measurement>>> TakeTurnsAsync(
        string what, List<RunningTarget> targets, Func<RunningTarget, TimeSpan, Task<Measurement>> run)
    {
        var measurements = targets.ToDictionary(static target => target, static _ => new List<Measurement>());
        for (var turn = 0; turn <= settings.Repeats; turn++)
        {
            foreach (var target in targets)
            {
                // The first turn warms up.
                var measurement = await run(target, turn == 0 ? settings.WarmUpOf(target.Kind) : settings.Duration);
                await ReportAsync(what, turn, target.Kind, measurement);
                if (turn > 0)
                {
                    measurements[target].Add(measurement);
                }
            }
        }

        return measurements;
    }

    private static Task<Measurement> PeakAsync(RunningTarget target, TimeSpan duration, CancellationToken cancellationToken) => ClosedLoop.RunAsync(
        [.. Enumerable.Range(0, PeakCallers).Select(number => new ReadLoop(target.Target, number))],
        duration,
        () => target.GetServerUseAsync(cancellationToken),
        cancellationToken);

    private Task ReportAsync(string what, int turn, SideKind system, Measurement run) => progress.WriteLineAsync(string.Create(
        CultureInfo.InvariantCulture,
        $"{ScenarioCatalog.OpenLoop,-16} {settings.TurnName(turn),-8} {$"{system}, {what}",-28} {run.OperationsPerSecond,12:N0} operations/s, p99.9 {run.Latency.P999:N0} µs{run.ErrorText}"));
}
