using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Orleans.Cache.Cli.Output.Documents;

namespace Orleans.Cache.Cli.Commands;

/// <summary><c>ocache incr</c>: adds to a number.</summary>
internal static class IncrementCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(VerbRunner runner)
    {
        var key = KeyArguments.One();
        var by = new Argument<long>("BY")
        {
            Description = "What to add: a whole number, negative to subtract.",
            DefaultValueFactory = _ => 1,
            CustomParser = ParseNumber,
        };
        var command = new Verb("incr", "Adds to the number that an entry holds and prints the sum.")
        {
            Notes =
            [
                "A key without an entry counts as 0. The expiry of an entry stays as it is.",
            ],
            Examples =
            [
                new("ocache incr visits", "prints: 1, then 2, then 3"),
                new("ocache incr visits 10", "adds ten"),
                new("ocache incr stock -3", "takes three away"),
            ],
            Arguments = { key, by },
        };
        runner.Bind(command, (context, cancellationToken) => RunAsync(
            context, context.Arguments.GetRequiredValue(key), context.Arguments.GetValue(by), cancellationToken));
        return command;
    }

    private static async Task<ExitCode> RunAsync(VerbContext context, string key, long by, CancellationToken cancellationToken)
    {
        var sum = await context.Cache.IncrementAsync(key, by, cancellationToken: cancellationToken);
        if (context.Json)
        {
            context.Print(new NumberDocument(key, sum), CliJsonContext.Readable.NumberDocument);
        }
        else
        {
            context.Print(sum.ToString(CultureInfo.InvariantCulture));
        }

        return ExitCode.Done;
    }

    private static long ParseNumber(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        result.AddError($"BY is '{text}'. Expected a whole number of at most 64 bits, such as 1, 10 or -3.");
        return 0;
    }
}
