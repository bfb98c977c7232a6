using System.CommandLine;
using Orleans.Cache.Cli.Output;
using Orleans.Cache.PostgreSql.Schema;

namespace Orleans.Cache.Cli.Commands;

/// <summary>Runs a verb against the grid's database; no silo need run. What goes wrong becomes one line, without the password, and an exit code.</summary>
internal sealed class DatabaseRunner(GlobalOptions options, Terminal terminal)
{
    /// <summary>Where the connection string is looked for when the command line has none.</summary>
    public const string Variable = "OCACHE_DB";

    /// <summary>Where the database is and who asks.</summary>
    public Option<string?> Connection { get; } = new("--connection")
    {
        Description = $"The database, as Npgsql takes it; put it in quotes. Default: the environment variable {Variable}, which other users of the machine cannot see.",
        HelpName = "Host=...;Database=...;Username=...;Password=...",
        Recursive = true,
    };

    /// <summary>Makes a command do something.</summary>
    public void Bind(Command command, Func<DatabaseContext, CancellationToken, Task> verb) =>
        command.SetAction(async (arguments, cancellationToken) => (int)await RunAsync(arguments, verb, cancellationToken));

    private async Task<ExitCode> RunAsync(ParseResult arguments, Func<DatabaseContext, CancellationToken, Task> verb, CancellationToken cancellationToken)
    {
        try
        {
            var context = new DatabaseContext(
                Open(arguments), arguments.GetRequiredValue(options.Cluster), arguments.GetValue(options.Json), terminal);
            await verb(context, cancellationToken);
            return ExitCode.Done;
        }
        catch (Exception exception)
        {
            return Failures.Report(exception, terminal, cancellationToken);
        }
    }

    private Database Open(ParseResult arguments)
    {
        if (arguments.GetValue(Connection) is { } given)
        {
            return new Database(given, "--connection");
        }

        return Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable
            ? new Database(variable, Variable)
            : throw new CacheDatabaseException($"no database is given. Name it with --connection 'Host=...;Database=...', or in the environment variable {Variable}.");
    }
}
