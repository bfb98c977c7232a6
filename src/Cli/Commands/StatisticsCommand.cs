using System.CommandLine;
using Orleans.Cache.Cli.Output;
using Orleans.Cache.Cli.Output.Documents;
using Spectre.Console;

namespace Orleans.Cache.Cli.Commands;

/// <summary><c>ocache stats</c>: shows what every silo counts for a cache.</summary>
internal static class StatisticsCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(VerbRunner runner)
    {
        var command = new Verb("stats", "Shows what the silos count for a cache.")
        {
            Notes =
            [
                "Hits, misses, evictions and expirations are since each silo started; entries and bytes are now.",
            ],
            Examples =
            [
                new("ocache stats", "the cache named default"),
                new("ocache stats --cache sessions", "another cache"),
                new("ocache stats --json", "plain numbers, for programs"),
            ],
        };
        runner.Bind(command, RunAsync);
        return command;
    }

    /// <summary>Prints counts for people.</summary>
    public static void Print(IAnsiConsole console, StatisticsDocument statistics)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn("silo") { Footer = new Text("total") });
        AddNumber(table, "hits", PlainText.Count(statistics.Total.Hits));
        AddNumber(table, "misses", PlainText.Count(statistics.Total.Misses));
        AddNumber(table, "hit ratio", PlainText.Percent(statistics.Total.HitRatio));
        AddNumber(table, "evictions", PlainText.Count(statistics.Total.Evictions));
        AddNumber(table, "expirations", PlainText.Count(statistics.Total.Expirations));
        AddNumber(table, "entries", PlainText.Count(statistics.Total.Entries));
        AddNumber(table, "bytes", PlainText.Bytes(statistics.Total.Bytes));
        foreach (var silo in statistics.Silos)
        {
            table.AddRow(
                new Text(silo.Silo ?? ""),
                new Text(PlainText.Count(silo.Hits)),
                new Text(PlainText.Count(silo.Misses)),
                new Text(PlainText.Percent(silo.HitRatio)),
                new Text(PlainText.Count(silo.Evictions)),
                new Text(PlainText.Count(silo.Expirations)),
                new Text(PlainText.Count(silo.Entries)),
                new Text(PlainText.Bytes(silo.Bytes)));
        }

        console.Write(table);
    }

    private static async Task<ExitCode> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var counts = await context.Grid.GetStatisticsAsync(cancellationToken);

        // Now that the grid has answered, a cache that it does not have is known to be a mistake.
        var document = StatisticsDocument.Of(context.Cache.Name, counts);
        if (context.Json)
        {
            context.Print(document, CliJsonContext.Readable.StatisticsDocument);
        }
        else
        {
            Print(context.Terminal.CreateOutputConsole(), document);
        }

        return ExitCode.Done;
    }

    private static void AddNumber(Table table, string name, string total) =>
        table.AddColumn(new TableColumn(name) { Footer = new Text(total) }.RightAligned());
}
