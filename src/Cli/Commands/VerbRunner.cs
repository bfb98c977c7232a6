using System.CommandLine;
using Orleans.Cache.Cli.Connection;
using Orleans.Cache.Cli.Output;

namespace Orleans.Cache.Cli.Commands;

/// <summary>Runs a verb against the grid, and turns whatever goes wrong into one line and an exit code.</summary>
internal sealed class VerbRunner(GlobalOptions options, Terminal terminal)
{
    /// <summary>Makes a command do something.</summary>
    public void Bind(Command command, Func<VerbContext, CancellationToken, Task<ExitCode>> verb) =>
        command.SetAction(async (arguments, cancellationToken) => (int)await RunAsync(arguments, verb, cancellationToken));

    private async Task<ExitCode> RunAsync(
        ParseResult arguments, Func<VerbContext, CancellationToken, Task<ExitCode>> verb, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await GridConnection.OpenAsync(
                arguments.GetRequiredValue(options.Gateways), arguments.GetRequiredValue(options.Cluster), cancellationToken);
            var context = new VerbContext(
                connection.Grid, arguments.GetRequiredValue(options.Cache), arguments.GetValue(options.Json), terminal, arguments);
            return await verb(context, cancellationToken);
        }
        catch (Exception exception)
        {
            return Failures.Report(exception, terminal, cancellationToken);
        }
    }
}
