using System.CommandLine;
using Orleans.Cache.GridBench;

const int Failed = 1;
const int Interrupted = 130;

// Ctrl-C cancels the run; what was started is then stopped in the ordinary way, which takes a moment.
var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(15) };
try
{
    var root = new RootCommand("Benchmarks of Orleans.Cache that need whole processes.")
    {
        CompareCommand.Create(), RunCommand.Create(), LargeCommand.Create(), NearCommand.Create(), SuspendCommand.Create(), HotCommand.Create(), EventsCommand.Create(),
        LoadCommand.Create(), RereplicateCommand.Create(), ServeCommand.Create(),
    };
    return await root.Parse(args).InvokeAsync(invocation);
}
catch (OperationCanceledException)
{
    return Interrupted;
}
catch (BenchException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return Failed;
}
