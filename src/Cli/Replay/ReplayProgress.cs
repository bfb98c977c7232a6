using System.Globalization;
using Orleans.Cache.Cli.Output;
using Spectre.Console;

namespace Orleans.Cache.Cli.Replay;

/// <summary>Shows on standard error how far a replay has come, where a person can see it; silent otherwise.</summary>
internal static class ReplayProgress
{
    private static readonly TimeSpan RefreshPeriod = TimeSpan.FromMilliseconds(100);

    /// <summary>Shows the progress of a run until it is done, and gives its result.</summary>
    public static async Task<ReplayResult> ShowAsync(
        Terminal terminal, string path, TraceReader trace, ReplayCounts counts, long? limit, Task<ReplayResult> run)
    {
        if (!terminal.ErrorIsTerminal)
        {
            return await run;
        }

        var name = Markup.Escape(path == "-" ? "standard input" : Path.GetFileName(path));
        return await terminal.CreateErrorConsole()
            .Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var task = progress.AddTask(name, maxValue: 1);
                while (!run.IsCompleted)
                {
                    // Where neither the length of the trace nor a limit is known there is no end to measure by.
                    var fraction = Math.Max(trace.Progress ?? 0, limit is { } end ? (double)counts.Requests / end : 0);
                    task.IsIndeterminate = trace.Progress is null && limit is null;
                    task.Value = Math.Min(1, fraction);
                    task.Description = string.Create(
                        CultureInfo.InvariantCulture,
                        $"{name}  {PlainText.Count(counts.Requests)} requests, {PlainText.Percent(counts.HitRatio)} hits");
                    await Task.WhenAny(run, Task.Delay(RefreshPeriod, TimeProvider.System));
                }

                return await run;
            });
    }
}
