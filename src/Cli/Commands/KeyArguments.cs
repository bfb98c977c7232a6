using System.CommandLine;
using System.CommandLine.Parsing;

namespace Orleans.Cache.Cli.Commands;

/// <summary>The arguments that are keys. An empty key is refused here, so that the mistake shows without a grid; the grid knows the other limits.</summary>
internal static class KeyArguments
{
    /// <summary>One key.</summary>
    public static Argument<string> One()
    {
        var argument = new Argument<string>("KEY") { Description = "The key: text of at least one character. Put -- before a key that starts with a dash." };
        argument.Validators.Add(RefuseEmpty);
        return argument;
    }

    /// <summary>One key or more.</summary>
    public static Argument<string[]> Many()
    {
        var argument = new Argument<string[]>("KEY") { Description = "The keys, each once.", Arity = ArgumentArity.OneOrMore };
        argument.Validators.Add(RefuseEmpty);
        return argument;
    }

    private static void RefuseEmpty(ArgumentResult result)
    {
        if (result.Tokens.Any(token => token.Value.Length == 0))
        {
            result.AddError("KEY is empty. Expected at least one character; check the quotes and variables on the command line.");
        }
    }
}
