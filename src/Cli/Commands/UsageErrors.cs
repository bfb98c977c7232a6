using System.CommandLine;
using System.CommandLine.Parsing;

namespace Orleans.Cache.Cli.Commands;

/// <summary>Says what is wrong with a command line. The parser's own words for what is missing or too much name neither.</summary>
internal static class UsageErrors
{
    /// <summary>The mistakes in a command line that did not parse, a sentence or two each.</summary>
    public static IReadOnlyList<string> Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (command.Subcommands.Count > 0)
        {
            var verbs = $"Expected one of: {string.Join(", ", command.Subcommands.Select(verb => verb.Name))}.";
            return
            [
                command is not RootCommand ? $"no command of {command.Name} is given. {verbs}"
                : parsed.UnmatchedTokens.Count > 0 ? $"'{parsed.UnmatchedTokens[0]}' is no command. {verbs}"
                : $"no command is given. {verbs}",
            ];
        }

        var messages = new List<string>();
        foreach (var error in parsed.Errors)
        {
            var message = error.SymbolResult switch
            {
                ArgumentResult { Tokens.Count: 0, Parent: CommandResult } missing => $"{missing.Argument.Name} is missing. Expected: {Shape(command)}.",
                CommandResult when IsAboutUnmatched(error, parsed) => DescribeUnmatched(parsed.UnmatchedTokens[0], command),
                _ => error.Message,
            };
            if (!messages.Contains(message))
            {
                messages.Add(message);
            }
        }

        return messages;
    }

    /// <summary>A command as it is typed: <c>ocache db init</c>.</summary>
    public static string PathOf(Command command) => command is RootCommand
        ? "ocache"
        : $"{PathOf(command.Parents.OfType<Command>().Single())} {command.Name}";

    private static bool IsAboutUnmatched(ParseError error, ParseResult parsed) =>
        parsed.UnmatchedTokens.Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal));

    private static string DescribeUnmatched(string token, Command command)
    {
        if (command.Parents.OfType<Verb>().Any())
        {
            // What stands after a blank in a connection string may be the password: it is not repeated.
            return token.StartsWith("--", StringComparison.Ordinal)
                ? $"'{token}' is no option of {command.Name}."
                : $"there is more than {Shape(command)} takes. Put the connection string in quotes.";
        }

        return token.StartsWith('-')
            ? $"'{token}' is no option of {command.Name}. Put -- before keys and values that start with a dash."
            : $"'{token}' is too much. Expected: {Shape(command)}. Text with spaces needs quotes.";
    }

    private static string Shape(Command command) => string.Join(' ', [PathOf(command), .. command.Arguments.Select(Shape)]);

    private static string Shape(Argument argument)
    {
        var name = argument.Arity.MaximumNumberOfValues > 1 ? $"{argument.Name}..." : argument.Name;
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }
}
