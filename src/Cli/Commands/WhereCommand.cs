using System.CommandLine;
using System.Globalization;
using Orleans.Cache.Cli.Output;
using Orleans.Cache.Cli.Output.Documents;

namespace Orleans.Cache.Cli.Commands;

/// <summary><c>ocache where</c>: says where a key lives.</summary>
internal static class WhereCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(VerbRunner runner)
    {
        var key = KeyArguments.One();
        var command = new Verb("where", "Shows where a key lives, and its version and time to live.")
        {
            Notes =
            [
                "Works for keys without an entry too, with exit code 0, and does not count as a read.",
            ],
            Examples =
            [
                new("ocache where greeting", "slot, partition, owner, version, time to live"),
                new("ocache where {user:42}:cart", "keys with the same {tag} share a slot"),
            ],
            Arguments = { key },
        };
        runner.Bind(command, (context, cancellationToken) => RunAsync(context, context.Arguments.GetRequiredValue(key), cancellationToken));
        return command;
    }

    private static async Task<ExitCode> RunAsync(VerbContext context, string key, CancellationToken cancellationToken)
    {
        var location = await context.Cache.LocateAsync(key, cancellationToken);
        if (context.Json)
        {
            context.Print(LocationDocument.Of(key, location), CliJsonContext.Readable.LocationDocument);
            return ExitCode.Done;
        }

        context.Print($"slot       {location.Slot}");
        context.Print($"partition  {Number(location.Partition)}");
        context.Print($"owner      {location.Owner}");
        context.Print($"replicas   {(location.Replicas.Count == 0 ? "none" : string.Join(", ", location.Replicas))}");
        context.Print($"epoch      {Number(location.Epoch)}");
        context.Print($"version    {(location.Found ? Number(location.Version) : "none, there is no entry")}");
        context.Print($"ttl left   {DescribeTimeToLive(location)}");
        return ExitCode.Done;
    }

    private static string DescribeTimeToLive(CacheEntryLocation location) =>
        !location.Found ? PlainText.None : Durations.Format(location.TimeToLive ?? Timeout.InfiniteTimeSpan);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
