using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Orleans.Cache.Cli.Output;

namespace Orleans.Cache.Cli.Commands;

/// <summary>The whole of the command line: parses, runs, and gives the exit code.</summary>
internal static class CommandLine
{
    private static readonly Example[] FirstSteps =
    [
        new("ocache set greeting hello --ttl 30s", "write an entry that lives for 30 seconds"),
        new("ocache get greeting", "read it"),
        new("ocache where greeting", "see which silo owns it"),
        new("ocache ring", "see the silos and what each of them owns"),
        new("ocache stats --cache sessions", "hits and misses of another cache"),
        new("ocache snapshots", "how far each silo's snapshots are"),
        new("ocache set --help", "the examples of one command"),
    ];

    // A value such as @home is a value, not the name of a file with more arguments in it; and -abc is never three options.
    private static readonly ParserConfiguration Parser = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>Runs a command line.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Terminal terminal, CancellationToken cancellationToken = default)
    {
        var parsed = CreateRoot(terminal).Parse(args, Parser);
        if (parsed.Action is ParseErrorAction)
        {
            return (int)ReportUsage(parsed, terminal);
        }

        try
        {
            var configuration = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                Output = terminal.Output,
                Error = terminal.Error,
            };
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (Exception exception)
        {
            return (int)Failures.Report(exception, terminal, cancellationToken);
        }
    }

    private static RootCommand CreateRoot(Terminal terminal)
    {
        var options = new GlobalOptions();
        var runner = new VerbRunner(options, terminal);
        var root = new RootCommand("Reads and writes the caches of an Orleans.Cache grid, and shows how the grid is doing.")
        {
            SetCommand.Create(runner),
            GetCommand.Create(runner),
            DeleteCommand.Create(runner),
            GetManyCommand.Create(runner),
            TouchCommand.Create(runner),
            IncrementCommand.Create(runner),
            WhereCommand.Create(runner),
            RingCommand.Create(runner),
            StatisticsCommand.Create(runner),
            MovesCommand.Create(runner),
            WatchCommand.Create(runner),
            SnapshotsCommand.Create(runner),
            HotCommand.Create(runner),
            ReplayCommand.Create(runner),
            DatabaseCommand.Create(new DatabaseRunner(options, terminal)),
        };
        options.AddTo(root);

        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new ExamplesHelpAction((HelpAction)help.Action!, FirstSteps);
        return root;
    }

    private static ExitCode ReportUsage(ParseResult parsed, Terminal terminal)
    {
        var command = parsed.CommandResult.Command;
        foreach (var message in UsageErrors.Describe(parsed))
        {
            terminal.Report(message);
        }

        terminal.Error.WriteLine($"Run '{UsageErrors.PathOf(command)} --help' for usage and examples.");
        return ExitCode.Refused;
    }
}
