using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.GridBench.Loads;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Reports;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench;

/// <summary><c>load</c>: how often a source is asked for one cold key, how soon everybody has the value, and who waits when a popular key expires.</summary>
internal static class LoadCommand
{
    private const string ResultFile = "bench/results/loading.md";
    private const int Silos = 3;
    private const int Processes = 5;
    private const int Callers = 10_000;
    private const int LoadMilliseconds = 500;

    public static Command Create()
    {
        var repeat = new Option<int>("--repeat") { Description = "How many cold keys are asked for.", DefaultValueFactory = static _ => 10 };
        var write = new Option<bool>("--write") { Description = $"Writes {ResultFile}." };
        var command = new Command("load", "Measures loads of one key by callers in several processes, and a popular key's expiry.") { repeat, write };
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments.GetValue(repeat), arguments.GetValue(write), cancellationToken));
        return command;
    }

    private static async Task RunAsync(int repeats, bool write, CancellationToken cancellationToken)
    {
        var silos = await SiloProcess.StartAsync(Silos, Load.UsualValueBytes, cancellationToken);
        var processes = new List<LoadCallersProcess>();
        try
        {
            var gateways = silos.Select(static silo => silo.GatewayPort).ToArray();
            while (processes.Count < Processes)
            {
                processes.Add(new LoadCallersProcess());
                await processes[^1].ConnectAsync(gateways, cancellationToken);
            }

            var cold = new List<(int Loads, double LastMilliseconds, int Failed)>();
            for (var round = 0; round <= repeats; round++)
            {
                // The first compiles the code.
                var result = await RunColdAsync(processes, $"cold{round}", kill: false, cancellationToken);
                cold.AddRange(round == 0 ? [] : [result]);
            }

            var killed = await RunColdAsync(processes, "killed", kill: true, cancellationToken);
            var report = Report(cold, killed, await RunExpiryAsync(gateways, cancellationToken));
            Console.Write(report);
            if (write)
            {
                await File.WriteAllTextAsync(Path.Combine(Programs.Repository().FullName, ResultFile), report, cancellationToken);
            }
        }
        finally
        {
            foreach (var process in processes)
            {
                await process.DisposeAsync();
            }

            await SiloProcess.DisposeAsync(silos);
        }
    }

    /// <summary>Lets callers in all processes ask for a key that is not there.</summary>
    private static async Task<(int Loads, double LastMilliseconds, int Failed)> RunColdAsync(
        List<LoadCallersProcess> processes, string key, bool kill, CancellationToken cancellationToken)
    {
        var mustKill = kill ? 1 : 0;
        var order = new LoadOrder(null, key, Callers / Processes, LoadMilliseconds);
        var outcomes = await Task.WhenAll(processes.Select(process => process.RunAsync(order, () => Interlocked.Exchange(ref mustKill, 0) == 1, cancellationToken)));
        var known = outcomes.OfType<LoadOutcome>().ToArray();
        var loadedAt = known.Max(static outcome => outcome.LoadedAt);
        return (
            known.Sum(static outcome => outcome.Loads) + (processes.Count - known.Length),
            Stopwatch.GetElapsedTime(loadedAt, known.Max(static outcome => outcome.LastServedAt)).TotalMilliseconds,
            known.Sum(static outcome => outcome.Failed));
    }

    private static async Task<List<(double Early, long Calls, long Waited, int Loads)>> RunExpiryAsync(int[] gateways, CancellationToken cancellationToken)
    {
        var host = GridHosts.Client(gateways);
        try
        {
            await host.StartAsync(cancellationToken);
            var cache = host.Services.GetRequiredService<ICacheGrid>().GetCache();
            var turns = new List<(double, long, long, int)>();
            foreach (var early in (double[])[0, 1, 0, 1])
            {
                var (calls, waited, loads) = await ExpiryTurn.RunAsync(cache, $"popular{turns.Count}", early, cancellationToken);
                turns.Add((early, calls, waited, loads));
            }

            return turns;
        }
        finally
        {
            await GridHosts.StopAsync(host);
        }
    }

    private static string Report(
        List<(int Loads, double LastMilliseconds, int Failed)> cold,
        (int Loads, double LastMilliseconds, int Failed) killed,
        List<(double Early, long Calls, long Waited, int Loads)> expiry)
    {
        var once = new MarkdownTable("callers of one cold key", "loads", "last caller after the load, median", "longest", "failed calls", "reach");
        var times = cold.Select(static round => round.LastMilliseconds).Order().ToArray();
        once.Add(
            Text($"{Callers:N0} in {Processes} processes, {cold.Count} times"),
            string.Join(", ", cold.Select(static round => round.Loads).Distinct().Order()),
            Text($"{times[times.Length / 2]:F1} ms"),
            Text($"{times[^1]:F1} ms"),
            Text($"{cold.Sum(static round => round.Failed)}"),
            "1 load, 50 ms");
        once.Add(
            "the same, the loading process killed", Text($"{killed.Loads}"), Text($"{killed.LastMilliseconds:F1} ms"), Text($"{killed.LastMilliseconds:F1} ms"), Text($"{killed.Failed}"), "2 loads");
        var late = new MarkdownTable("a popular key", "calls", "loads", "calls that waited for a load", "reach");
        foreach (var (early, calls, waited, loads) in expiry)
        {
            late.Add(early > 0 ? Text($"early refresh {early}") : "no early refresh", Text($"{calls:N0}"), Text($"{loads}"), Text($"{waited:N0}"), early > 0 ? "0" : "");
        }

        return Text(
            $"""
            # Loading

            Made by `dotnet run -c Release --project bench/Grid -- load --write`. {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, {Environment.ProcessorCount} processors, {Silos} silo processes.

            The source takes {LoadMilliseconds} ms. Times of several processes are of the system's one monotonic clock.

            {once}
            {ExpiryTurn.Callers} callers in one process ask without a pause for a key that lives {ExpiryTurn.TimeToLive.TotalSeconds:0} s and takes {ExpiryTurn.LoadTime.TotalMilliseconds:0} ms to load; turns of {ExpiryTurn.Duration.TotalSeconds:0} s.

            {late}
            """);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
