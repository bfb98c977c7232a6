using System.CommandLine;
using System.Text;
using Orleans.Cache.Cli.Output;
using Orleans.Cache.Cli.Output.Documents;

namespace Orleans.Cache.Cli.Commands;

/// <summary><c>ocache mget</c>: reads many values.</summary>
internal static class GetManyCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(VerbRunner runner)
    {
        var keys = KeyArguments.Many();
        var command = new Verb("mget", "Prints the values of many entries, a line each.")
        {
            Notes =
            [
                "A line is the key, a tab and the value, both with backslashes, line ends and control characters escaped.",
                "Keys without an entry are named on standard error and give exit code 1.",
            ],
            Examples =
            [
                new("ocache mget a b c", "one message to each silo that owns some of them"),
                new("ocache mget a b c --json", "with versions, times to live and misses"),
            ],
            Arguments = { keys },
        };
        runner.Bind(command, (context, cancellationToken) => RunAsync(context, context.Arguments.GetRequiredValue(keys), cancellationToken));
        return command;
    }

    private static async Task<ExitCode> RunAsync(VerbContext context, string[] keys, CancellationToken cancellationToken)
    {
        var entries = await context.Cache.GetManyAsync([.. keys.Select(key => new CacheKey(key))], cancellationToken);
        if (context.Json)
        {
            var documents = entries.Select((entry, index) => EntryDocument.Of(keys[index], entry));
            context.Print(new EntriesDocument([.. documents]), CliJsonContext.Readable.EntriesDocument);
        }

        var missing = new List<string>();
        for (var index = 0; index < keys.Length; index++)
        {
            var key = PlainText.Escape(Encoding.UTF8.GetBytes(keys[index]));
            if (!entries[index].Found)
            {
                missing.Add(key);
            }
            else if (!context.Json)
            {
                context.Print($"{key}\t{PlainText.Escape(entries[index].Value.Span)}");
            }
        }

        if (missing.Count == 0)
        {
            return ExitCode.Done;
        }

        context.Terminal.Report($"no entry for {missing.Count} of {keys.Length} keys in cache '{context.CacheName}': {string.Join(", ", missing)}");
        return ExitCode.Refused;
    }
}
