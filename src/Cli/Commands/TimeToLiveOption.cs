using System.CommandLine;
using System.CommandLine.Parsing;

namespace Orleans.Cache.Cli.Commands;

/// <summary>The option <c>--ttl</c>.</summary>
internal static class TimeToLiveOption
{
    /// <summary>Makes the option for one command.</summary>
    public static Option<TimeSpan?> Create(string description, bool required = false) => new("--ttl")
    {
        Description = description,
        HelpName = "duration",
        Required = required,
        CustomParser = Parse,
    };

    private static TimeSpan? Parse(ArgumentResult result)
    {
        if (Durations.TryParseTimeToLive(result.Tokens[0].Value, out var duration, out var error))
        {
            return duration;
        }

        result.AddError($"--ttl: {error}");
        return null;
    }
}
