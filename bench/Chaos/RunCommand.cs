using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Orleans.Cache.Chaos.Reports;
using Orleans.Cache.Chaos.Scenarios;
using Orleans.Cache.GridBench.Processes;
using ScenarioFilter = Orleans.Cache.GridBench.Scenarios.ScenarioFilter;

namespace Orleans.Cache.Chaos;

/// <summary><c>run</c>: does faults to a grid of processes.</summary>
internal static class RunCommand
{
    private const string ResultFile = "bench/results/chaos.md";

    public static Command Create()
    {
        var scenario = new Option<string[]>("--scenario") { Description = "Only these; * and ? may stand in a name. Without it all run.", HelpName = "name", AllowMultipleArgumentsPerToken = true };
        var rounds = Number("--rounds", "How many rounds of faults each scenario has.", 1);
        var seed = Number("--seed", "Draws the faults: the same seed draws the same.", 1);
        var silos = new Option<int?>("--silos") { Description = "How many silos the grid begins with. Default: the scenario's own, mostly 3." };
        var writes = Number("--writes", "How many writes are acknowledged in every round at least.", 5000);
        var keys = Number("--keys", "How many keys are written.", 600);
        var ballast = Number("--ballast", "How many further keys are written once, before anything happens, and read after every round.", 0);
        var rate = Number("--rate", "How many writes, and as many reads, are begun in a second at most.", 2000);
        var reads = new Option<int?>("--reads") { Description = "How many reads are begun in a second at most, if not as many as writes." };
        var bound = Number("--bound", "How many milliseconds a read may be behind, where near caches are bounded. What they may be, and some for the machine.", 0);
        var netns = new Option<bool>("--netns") { Description = "Gives each silo a network namespace. Needs root." };
        var development = new Option<bool>("--development") { Description = "Lets the first silo keep the membership, without a database; it is not harmed." };
        var set = new Option<string[]>("--set") { Description = "A setting of all silos, such as Cache:PartitionCount=256.", HelpName = "name=value" };
        var report = new Option<bool>("--report") { Description = $"Writes {ResultFile}." };
        var json = new Option<FileInfo?>("--json") { Description = "Writes everything to a file.", HelpName = "file" };
        var errors = new Option<bool>("--errors") { Description = "Prints every error of a call as it happens." };
        var logs = new Option<DirectoryInfo?>("--logs") { Description = "Writes what the silos write, and what the clients log, to files in a folder, which must exist.", HelpName = "folder" };
        var list = new Option<bool>("--list") { Description = "Only prints the scenarios." };
        var command = new Command("run", "Kills, suspends, stops, adds and cuts off silos while writers and readers check each other.")
        {
            scenario, rounds, seed, silos, writes, keys, ballast, rate, reads, bound, netns, development, set, report, json, errors, logs, list,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var names = ScenarioFilter.Select([.. ScenarioCatalog.All.Select(static known => known.Name)], arguments.GetValue(scenario) ?? []);
            var chosen = ScenarioCatalog.All.Where(known => names.Contains(known.Name)).ToArray();
            if (arguments.GetValue(list))
            {
                Array.ForEach(chosen, static known => Console.WriteLine($"{known.Name}: {known.About}"));
                return 0;
            }

            var template = new ChaosSettings
            {
                Scenario = chosen[0],
                Rounds = arguments.GetValue(rounds),
                Seed = arguments.GetValue(seed),
                WritesOfARound = arguments.GetValue(writes),
                SaysErrors = arguments.GetValue(errors),
                Logs = arguments.GetValue(logs)?.FullName,
                Grid = new() { Namespaces = arguments.GetValue(netns), Development = arguments.GetValue(development), SiloSettings = arguments.GetValue(set) ?? [] },
                Load = new() { Keys = arguments.GetValue(keys), Ballast = arguments.GetValue(ballast), WritesPerSecond = arguments.GetValue(rate), ReadsPerSecond = arguments.GetValue(reads) ?? arguments.GetValue(rate), Bound = TimeSpan.FromMilliseconds(arguments.GetValue(bound)) },
            };
            var results = await RunUntilInterruptedAsync([.. chosen.Select(one => SettingsOf(template, one, arguments.GetValue(silos)))], cancellationToken);
            var text = ChaosReport.Markdown(results, Machine());
            Console.WriteLine();
            Console.Write(text);
            if (arguments.GetValue(json) is { } file)
            {
                await File.WriteAllTextAsync(file.FullName, ChaosReport.Json(results), cancellationToken);
            }

            if (arguments.GetValue(report))
            {
                await File.WriteAllTextAsync(Path.Combine(Programs.Repository().FullName, ResultFile), text, cancellationToken);
            }

            return results.All(static result => result.IsGood) ? 0 : 1;
        });
        return command;
    }

    private static ChaosSettings SettingsOf(ChaosSettings template, Scenario scenario, int? silos) => template with
    {
        Scenario = scenario,
        Grid = template.Grid with
        {
            Silos = silos ?? scenario.Silos,
            SiloSettings = [.. template.Grid.SiloSettings, .. scenario.SiloSettings],
        },
        Load = scenario.Load(template.Load),
    };

    private static async Task<IReadOnlyList<ChaosResult>> RunUntilInterruptedAsync(IReadOnlyList<ChaosSettings> all, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(all, cancellationToken);
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C reaches the processes that were started too, so that what is seen of it here may look like a failure of theirs.
            throw new OperationCanceledException("The run was interrupted.", exception, cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<ChaosResult>> RunAsync(IReadOnlyList<ChaosSettings> all, CancellationToken cancellationToken)
    {
        var results = new List<ChaosResult>();
        foreach (var settings in all)
        {
            // One that was asked for alone fails where it cannot be; among others it is left out.
            if (all.Count > 1 && (ChaosRun.FindMissing(settings) ?? (settings.Scenario.NeedsCuts && !settings.Grid.Namespaces ? "It needs --netns." : null)) is { } missing)
            {
                await Console.Error.WriteLineAsync($"{settings.Scenario.Name} is left out: {missing}");
                continue;
            }

            results.Add(await ChaosRun.RunAsync(settings, CommandOf(settings), Console.Error.WriteLine, cancellationToken));
        }

        return results;
    }

    private static string CommandOf(ChaosSettings settings) => string.Create(
        CultureInfo.InvariantCulture,
        $"dotnet run -c Release --project bench/Chaos -- run --scenario {settings.Scenario.Name} --rounds {settings.Rounds} --seed {settings.Seed} --silos {settings.Grid.Silos} --writes {settings.WritesOfARound} --keys {settings.Load.Keys}{(settings.Load.Ballast > 0 ? $" --ballast {settings.Load.Ballast}" : string.Empty)} --rate {settings.Load.WritesPerSecond} --reads {settings.Load.ReadsPerSecond}{(settings.Load.Bound > TimeSpan.Zero ? $" --bound {settings.Load.Bound.TotalMilliseconds}" : string.Empty)}{(settings.Grid.Namespaces ? " --netns" : string.Empty)}{(settings.Grid.Development ? " --development" : string.Empty)}{string.Concat(settings.Grid.SiloSettings.Except(settings.Scenario.SiloSettings).Select(static setting => $" --set {setting}"))}");

    private static string Machine() => string.Create(
        CultureInfo.InvariantCulture,
        $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm} UTC, {Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}, .NET {Environment.Version}.");

    private static Option<int> Number(string name, string about, int value) => new(name) { Description = about, DefaultValueFactory = _ => value };
}
