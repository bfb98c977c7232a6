using System.CommandLine;
using System.Globalization;
using Orleans.Cache.Cli.Output;
using Orleans.Cache.Cli.Output.Documents;

namespace Orleans.Cache.Cli.Commands;

/// <summary><c>ocache watch</c>: shows what happens in a cache.</summary>
internal static class WatchCommand
{
    private static readonly CacheEventKind[] Kinds = [.. Enum.GetValues<CacheEventKind>().Where(static kind => kind != CacheEventKind.Missed)];

    /// <summary>Makes the command.</summary>
    public static Command Create(VerbRunner runner)
    {
        var prefix = new Option<string?>("--prefix") { Description = "Only keys that begin so.", HelpName = "text" };
        var kinds = new Option<string[]>("--kind") { Description = "Only this kind; repeat it for several.", HelpName = "kind" };
        kinds.AcceptOnlyFromAmong([.. Kinds.Select(EventDocument.NameOf)]);
        var count = WholeNumberOption.Create("--count", "Ends after so many events.", 1, long.MaxValue, null);
        var command = new Verb("watch", "Shows what happens in a cache as it happens, until Ctrl-C.")
        {
            Notes =
            [
                "The cache must have its events switched on: Cache:Caches:NAME:Events on every silo.",
                "A line 'missed' says that events did not get here, and how many if anybody knows.",
                "Keys are escaped as values are by get.",
            ],
            Examples =
            [
                new("ocache watch --cache sessions", "everything"),
                new("ocache watch --cache sessions --prefix user: --kind expired --kind evicted", "what went by itself"),
                new("ocache watch --cache sessions --json", "one line of JSON for each event"),
            ],
            Options = { prefix, kinds, count },
        };
        runner.Bind(command, (context, cancellationToken) => RunAsync(
            context, FilterOf(context.Arguments.GetValue(prefix), context.Arguments.GetValue(kinds)), context.Arguments.GetValue(count) ?? long.MaxValue, cancellationToken));
        return command;
    }

    /// <summary>An event as people read it.</summary>
    public static string LineOf(CacheEvent happened)
    {
        var name = EventDocument.NameOf(happened.Kind);
        if (happened.Kind == CacheEventKind.Missed)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{name} {happened.Missed?.ToString("N0", CultureInfo.InvariantCulture) ?? PlainText.None}");
        }

        var key = happened.Key.IsEmpty ? string.Empty : " " + PlainText.Escape(happened.Key.ToArray());
        return happened.Version == 0 ? name + key : string.Create(CultureInfo.InvariantCulture, $"{name}{key} {happened.Version}");
    }

    private static CacheEventFilter FilterOf(string? prefix, string[]? names) => new()
    {
        KeyPrefix = prefix,
        Kinds = names is { Length: > 0 } ? [.. Kinds.Where(kind => names.Contains(EventDocument.NameOf(kind), StringComparer.Ordinal))] : null,
    };

    private static async Task<ExitCode> RunAsync(VerbContext context, CacheEventFilter filter, long count, CancellationToken cancellationToken)
    {
        await using var reader = await context.Cache.Events.OpenAsync(filter, cancellationToken: cancellationToken);

        // For people and for scripts that must know since when it listens; on the other stream, so that the output is events only.
        context.Terminal.Error.WriteLine($"watching '{context.CacheName}'");
        for (; count > 0; count--)
        {
            var happened = await reader.ReadAsync(cancellationToken);
            if (context.Json)
            {
                context.Print(EventDocument.Of(happened), CliJsonContext.Readable.EventDocument);
            }
            else
            {
                context.Print(LineOf(happened));
            }

            await context.Terminal.Output.FlushAsync(cancellationToken);
        }

        return ExitCode.Done;
    }
}
