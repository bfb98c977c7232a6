using System.CommandLine;
using Orleans.Cache.Cli.Output.Documents;

namespace Orleans.Cache.Cli.Commands;

/// <summary><c>ocache touch</c>: gives an entry a new time to live.</summary>
internal static class TouchCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(VerbRunner runner)
    {
        var key = KeyArguments.One();
        var timeToLive = TimeToLiveOption.Create(
            "How long the entry lives from now on, such as 500ms, 30s, 1h30m or 1d; 'never' for ever.", required: true);
        var command = new Verb("touch", "Gives an entry a new time to live, from now on.")
        {
            Notes =
            [
                "Its value and version stay. A key without an entry gives exit code 1.",
            ],
            Examples =
            [
                new("ocache touch session:42 --ttl 20m", "lives for 20 more minutes"),
                new("ocache touch session:42 --ttl never", "does not expire any more"),
            ],
            Arguments = { key },
            Options = { timeToLive },
        };
        runner.Bind(command, (context, cancellationToken) => RunAsync(
            context,
            context.Arguments.GetRequiredValue(key),
            context.Arguments.GetValue(timeToLive) ?? Timeout.InfiniteTimeSpan,
            cancellationToken));
        return command;
    }

    private static async Task<ExitCode> RunAsync(VerbContext context, string key, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        var found = await context.Cache.TouchAsync(key, timeToLive, cancellationToken);
        if (context.Json)
        {
            TimeSpan? remaining = found && timeToLive != Timeout.InfiniteTimeSpan ? timeToLive : null;
            context.Print(
                new TouchedDocument(key, found, JsonNumbers.Milliseconds(remaining)), CliJsonContext.Readable.TouchedDocument);
        }
        else if (found)
        {
            context.Print("OK");
        }

        return found ? ExitCode.Done : context.ReportMiss(key);
    }
}
