using System.CommandLine;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Reports;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench;

/// <summary><c>compare</c>: measures the grid side by side with what else is installed.</summary>
internal static class CompareCommand
{
    private const string ResultFile = "bench/results/grid.md";

    public static Command Create()
    {
        var scenario = new Option<string[]>("--scenario") { Description = "Only this scenario; may be repeated. Without it all run.", HelpName = "name" };
        scenario.AcceptOnlyFromAmong([.. ScenarioCatalog.All.Select(static known => known.Name)]);
        var repeat = new Option<int>("--repeat") { Description = "How many turns each side has, after one to warm up.", DefaultValueFactory = static _ => 5 };
        var seconds = new Option<double>("--seconds") { Description = "How long a turn lasts.", DefaultValueFactory = static _ => 3 };
        RefuseOutside(repeat, 1, 1000);
        RefuseOutside(seconds, 0.1, 600);
        var json = new Option<FileInfo?>("--json") { Description = "Writes every measurement to a file.", HelpName = "file" };
        var command = new Command("compare", $"Measures the grid and Redis in turns on this machine. A run of all scenarios writes {ResultFile}.")
        {
            scenario, repeat, seconds, json,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var names = arguments.GetValue(scenario) ?? [];
            var settings = new CompareSettings
            {
                Scenarios = [.. ScenarioCatalog.All.Where(known => names.Length == 0 || names.Contains(known.Name))],
                Repeats = arguments.GetValue(repeat),
                Duration = TimeSpan.FromSeconds(arguments.GetValue(seconds)),
            };
            try
            {
                await RunAsync(settings, arguments.GetValue(json), cancellationToken);
            }
            catch (Exception exception) when (cancellationToken.IsCancellationRequested)
            {
                // Ctrl-C reaches the processes that were started too, so that what is seen of it here may look like a failure of theirs.
                throw new OperationCanceledException("The run was interrupted.", exception, cancellationToken);
            }
        });
        return command;
    }

    private static async Task RunAsync(CompareSettings settings, FileInfo? json, CancellationToken cancellationToken)
    {
        var missing = RedisSide.Missing();
        var withRedis = missing.Count == 0;
        var sides = new HashSet<SideKind> { SideKind.Grid, SideKind.HostedGrid };
        if (withRedis)
        {
            sides.Add(SideKind.Redis);
        }
        else
        {
            await Console.Error.WriteLineAsync($"Not installed: {string.Join(", ", missing)}. The grid is measured alone (Debian: apt install redis-server redis-tools).");
        }

        var info = await RunInfo.CollectAsync(settings, withRedis, cancellationToken);
        var results = await new Comparison(settings, sides, Console.Error).RunAsync(cancellationToken);
        var report = MarkdownReport.Of(info, results);
        Console.WriteLine();
        Console.Write(report);
        if (json is not null)
        {
            await File.WriteAllTextAsync(json.FullName, JsonReport.Of(info, results), cancellationToken);
        }

        // A report that lacks scenarios or the rival does not take the place of one that has them.
        if (withRedis && settings.Scenarios.Count == ScenarioCatalog.All.Count)
        {
            var file = new FileInfo(Path.Combine(Programs.Repository().FullName, ResultFile));
            file.Directory!.Create();
            await File.WriteAllTextAsync(file.FullName, report, cancellationToken);
        }
    }

    private static void RefuseOutside<T>(Option<T> option, T least, T most)
        where T : struct, IComparable<T>
        => option.Validators.Add(result =>
        {
            var value = result.GetValueOrDefault<T>();
            if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            {
                result.AddError(FormattableString.Invariant($"{option.Name} is {value}. It must be {least} to {most}."));
            }
        });
}
