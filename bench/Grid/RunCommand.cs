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
        var scenario = new Option<string>("--scenario") { Description = "The scenario.", HelpName = "name", Required = true };
        scenario.AcceptOnlyFromAmong([.. ScenarioCatalog.All.Select(static known => known.Name)]);
        var seconds = new Option<double>("--seconds") { Description = "How long, after 5 s to warm up.", DefaultValueFactory = static _ => 30 };
        var command = new Command("run", "Runs the grid alone under the load of one scenario, and says which processes to attach a profiler to.")
        {
            scenario, seconds,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            ScenarioCatalog.All.Single(known => known.Name == arguments.GetValue(scenario)),
            TimeSpan.FromSeconds(arguments.GetValue(seconds)),
            cancellationToken));
        return command;
    }

    private static async Task RunAsync(Scenario scenario, TimeSpan duration, CancellationToken cancellationToken)
    {
        await using var side = scenario.Grid.Side == SideKind.HostedGrid
            ? await GridSide.StartHostedAsync(cancellationToken)
            : await GridSide.StartAsync(cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"client pid {Environment.ProcessId}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"silo pid {side.SiloProcessId}"));
        Console.WriteLine("warming up");
        await side.RunAsync(scenario.Grid.Load, WarmUp, cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"running {scenario.Name} for {duration.TotalSeconds:0.#} s"));
        Print(await side.RunAsync(scenario.Grid.Load, duration, cancellationToken));
    }

    private static void Print(Measurement run) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {run.OperationsPerSecond:N0} operations/s, a call p50 {run.P50Microseconds:N1} µs, p99 {run.P99Microseconds:N1} µs, errors {run.Errors} {run.FirstError}
        processor µs/operation: client {run.ClientProcessorMicrosecondsPerOperation:0.00} + silo {run.ServerProcessorMicrosecondsPerOperation:0.00}
        allocated in the client's process: {run.AllocatedBytesPerOperation:N0} bytes/operation
        """));
}
