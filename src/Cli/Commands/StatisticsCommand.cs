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
                "Hits, misses, evicted and expired entries are counted since each silo started; entries and bytes are as of now.",
                "A narrow terminal leaves out columns; --json has them all.",
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
        var table = new FittingTable();
        table.Add("silo", statistics.Silos.Select(silo => new Text(silo.Silo ?? "")), "total");
        AddNumber("hits", counts => PlainText.Count(counts.Hits));
        AddNumber("misses", counts => PlainText.Count(counts.Misses));
        AddNumber("hit ratio", counts => PlainText.Percent(counts.HitRatio));
        AddNumber("evicted", counts => PlainText.Count(counts.Evictions), leaveOut: 3);
        AddNumber("expired", counts => PlainText.Count(counts.Expirations), leaveOut: 4);
        AddNumber("entries", counts => PlainText.Count(counts.Entries), leaveOut: 1);
        AddNumber("bytes", counts => PlainText.Bytes(counts.Bytes), leaveOut: 2);
        table.Write(console);

        void AddNumber(string name, Func<SiloCountsDocument, string> cell, int leaveOut = 0) =>
            table.Add(name, statistics.Silos.Select(silo => new Text(cell(silo))), cell(statistics.Total), isNumber: true, leaveOut);
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
}
