using System.CommandLine;
using Orleans.Cache.Cli.Output.Documents;

namespace Orleans.Cache.Cli.Commands;

/// <summary><c>ocache del</c>: removes entries.</summary>
internal static class DeleteCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(VerbRunner runner)
    {
        var keys = KeyArguments.Many();
        var command = new Verb("del", "Removes entries and prints how many there were.")
        {
            Notes =
            [
                "Exit code 1 if a key had no entry; the others are removed all the same.",
            ],
            Examples =
            [
                new("ocache del greeting", "prints: OK 1 removed"),
                new("ocache del a b c", "one message to each silo that owns some of them"),
            ],
            Arguments = { keys },
        };
        runner.Bind(command, (context, cancellationToken) => RunAsync(context, context.Arguments.GetRequiredValue(keys), cancellationToken));
        return command;
    }

    private static async Task<ExitCode> RunAsync(VerbContext context, string[] keys, CancellationToken cancellationToken)
    {
        var removed = await context.Cache.RemoveManyAsync([.. keys.Select(key => new CacheKey(key))], cancellationToken);
        var missing = keys.Length - removed;
        if (context.Json)
        {
            context.Print(new RemovedDocument(removed, missing), CliJsonContext.Readable.RemovedDocument);
        }
        else if (removed > 0)
        {
            context.Print($"OK {removed} removed");
        }

        if (missing == 0)
        {
            return ExitCode.Done;
        }

        if (keys.Length == 1)
        {
            return context.ReportMiss(keys[0]);
        }

        context.Terminal.Report($"{missing} of {keys.Length} keys had no entry in cache '{context.CacheName}'.");
        return ExitCode.Refused;
    }
}
