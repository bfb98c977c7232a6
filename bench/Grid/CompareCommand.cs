using System.CommandLine;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.OpenLoop;
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
        var scenario = ScenarioOption.Create("Only these scenarios; * and ? may stand in a name. Without it all run.");
        var repeat = new Option<int>("--repeat") { Description = "How many turns each side has, after one to warm up.", DefaultValueFactory = static _ => 5 };
        var seconds = new Option<double>("--seconds") { Description = "How long a turn lasts.", DefaultValueFactory = static _ => 1 };
        RefuseOutside(repeat, 1, 1000);
        RefuseOutside(seconds, 0.1, 600);
        var json = new Option<FileInfo?>("--json") { Description = "Writes every measurement to a file.", HelpName = "file" };
        var command = new Command("compare", $"Measures the grid, Redis and memcached in turns on this machine. A run of all scenarios writes {ResultFile}.")
        {
            scenario, repeat, seconds, json,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var names = ScenarioOption.Select(ScenarioCatalog.Names, arguments.GetValue(scenario));
            var settings = new CompareSettings
            {
                Scenarios = [.. ScenarioCatalog.All.Where(known => names.Contains(known.Name))],
                OpenLoop = names.Contains(ScenarioCatalog.OpenLoop),
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
        var missing = new Dictionary<SideKind, IReadOnlyList<string>>
        {
            [SideKind.Redis] = RedisSide.Missing(),
            [SideKind.Memcached] = MemcachedSide.Missing(),
        };
        var available = Enum.GetValues<SideKind>().Where(kind => missing.GetValueOrDefault(kind) is not { Count: > 0 }).ToHashSet();
        foreach (var (kind, programs) in missing.Where(static side => side.Value.Count > 0))
        {
            await Console.Error.WriteLineAsync($"{kind} is left out: {string.Join(", ", programs)} not installed (Debian: apt install redis-server redis-tools memcached).");
        }

        var info = await RunInfo.CollectAsync(settings, available, cancellationToken);
        var scenarios = await new Comparison(settings, available, Console.Error).RunAsync(cancellationToken);
        IReadOnlyList<OpenLoopResult> openLoop = settings.OpenLoop
            ? await new OpenLoopComparison(settings, available, Console.Error).RunAsync(cancellationToken)
            : [];
        var result = new CompareResult(info, scenarios, openLoop);
        var report = MarkdownReport.Of(result);
        Console.WriteLine();
        Console.Write(report);
        if (json is not null)
        {
            await File.WriteAllTextAsync(json.FullName, JsonReport.Of(result), cancellationToken);
        }

        // A report that lacks scenarios or Redis does not take the place of one that has them.
        if (!settings.IsWhole || !available.Contains(SideKind.Redis))
        {
            await Console.Error.WriteLineAsync($"{ResultFile} stays as it is: only a run of all scenarios beside Redis replaces it.");
        }
        else
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
