using System.CommandLine;
using System.Globalization;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench;

/// <summary><c>run</c>: only the grid's side of a scenario, for as long as a profiler wants to look at it.</summary>
internal static class RunCommand
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var scenario = ScenarioOption.Create("Which scenarios, one after the other; * and ? may stand in a name.");
        scenario.Required = true;
        var seconds = new Option<double>("--seconds") { Description = "How long each, after 5 s to warm up.", DefaultValueFactory = static _ => 30 };
        var command = new Command("run", "Runs the grid alone under the load of a scenario, and says which processes to attach a profiler to.")
        {
            scenario, seconds,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var names = ScenarioOption.Select([.. ScenarioCatalog.All.Select(static known => known.Name)], arguments.GetValue(scenario));
            foreach (var known in ScenarioCatalog.All.Where(known => names.Contains(known.Name)))
            {
                await RunAsync(known, TimeSpan.FromSeconds(arguments.GetValue(seconds)), cancellationToken);
            }
        });
        return command;
    }

    private static async Task RunAsync(Scenario scenario, TimeSpan duration, CancellationToken cancellationToken)
    {
        var load = scenario.Grid.Load;
        await using var side = scenario.Grid.Side == SideKind.HostedGrid
            ? await GridSide.StartHostedAsync(load.ValueBytes, cancellationToken)
            : await GridSide.StartAsync(scenario.Grid.Silos, scenario.Grid.Replicas, load.ValueBytes, cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"client pid {Environment.ProcessId}"));
        foreach (var id in side.SiloProcessIds)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"silo pid {id}"));
        }

        Console.WriteLine("warming up");
        await side.RunAsync(load, WarmUp, cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"running {scenario.Name} for {duration.TotalSeconds:0.#} s"));
        Print(await side.RunAsync(load, duration, cancellationToken));
    }

    private static void Print(Measurement run) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {run.OperationsPerSecond:N0} operations/s{run.ErrorText}
        latency of a call: p50 {run.Latency.P50:N1} µs, p99 {run.Latency.P99:N1} µs, p99.9 {run.Latency.P999:N1} µs
        processor µs/operation: client {run.ClientProcessorMicrosecondsPerOperation:0.00} + silo {run.ServerProcessorMicrosecondsPerOperation:0.00}
        processors busy: client {run.ClientProcessors:0.00} + silo {run.ServerProcessors:0.00}
        allocated bytes/operation: client {run.ClientAllocatedBytesPerOperation:N1} + silo {run.ServerAllocatedBytesPerOperation:N1}
        """));
}
