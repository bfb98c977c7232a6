using System.CommandLine;
using Orleans.Cache.Chaos;

const int Failed = 1;
const int Interrupted = 130;

// Ctrl-C cancels the run; silos, database and namespaces are then cleared away in the ordinary way, which takes a moment.
var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(60) };
try
{
    return await new RootCommand("Faults done to grids of real processes.") { RunCommand.Create() }.Parse(args).InvokeAsync(invocation);
}
catch (OperationCanceledException)
{
    return Interrupted;
}
catch (Exception exception) when (exception is ChaosException or Orleans.Cache.GridBench.BenchException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return Failed;
}
