using System.CommandLine;
using System.Globalization;
using Orleans.Cache.Cli.Output;
using Orleans.Cache.Cli.Output.Documents;
using Spectre.Console;

namespace Orleans.Cache.Cli.Commands;

/// <summary><c>ocache ring</c>: shows the silos and what each of them owns.</summary>
internal static class RingCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(VerbRunner runner)
    {
        var command = new Verb("ring", "Shows the silos, what each of them owns, and the ring.")
        {
            Notes =
            [
                "Entries and bytes are those of all caches; a silo that does not answer shows –.",
                "The picture has partition 0 at 12 o'clock, then clockwise; each point shows the silo that owns the partition there.",
                "With more partitions than points, a point stands for several, so that the silos keep their shares of the circle.",
                "Set NO_COLOR=1 to get letters only.",
            ],
            Examples =
            [
                new("ocache ring", "a table and a picture"),
                new("ocache ring --json", "the whole partition map, for programs"),
            ],
        };
        runner.Bind(command, RunAsync);
        return command;
    }

    /// <summary>Prints a grid for people.</summary>
    public static void Print(IAnsiConsole console, RingDocument ring)
    {
        console.Write(CreateTable(ring));

        var caption = new[]
        {
            Counted(ring.PartitionCount, "partition"),
            Counted(ring.Silos.Count, "silo"),
            string.Create(CultureInfo.InvariantCulture, $"map version {ring.Version}"),
        };
        var picture = RingPicture.Draw(ring.Owners, Math.Min(console.Profile.Width, 80), caption);
        console.WriteLine();
        console.Write(RingPainter.Paint(picture, console.Profile.Capabilities.ColorSystem != ColorSystem.NoColors));
        console.WriteLine();
    }

    private static async Task<ExitCode> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var topology = await context.Grid.GetTopologyAsync(cancellationToken);
        var statistics = await context.Grid.GetStatisticsAsync(cancellationToken);
        var ring = RingDocument.Of(topology, statistics);
        if (context.Json)
        {
            context.Print(ring, CliJsonContext.Readable.RingDocument);
        }
        else
        {
            Print(context.Terminal.CreateOutputConsole(), ring);
        }

        return ExitCode.Done;
    }

    private static Table CreateTable(RingDocument ring)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("");
        table.AddColumn("silo");
        table.AddColumn("zone");
        foreach (var number in new[] { "weight", "partitions", "share", "entries", "bytes" })
        {
            table.AddColumn(new TableColumn(number).RightAligned());
        }

        table.AddColumn("gateway");
        for (var index = 0; index < ring.Silos.Count; index++)
        {
            var silo = ring.Silos[index];
            table.AddRow(
                RingPainter.Symbol(index),
                new Text(silo.Name),
                new Text(silo.Zone.Length == 0 ? PlainText.None : silo.Zone),
                new Text(silo.Weight.ToString("0.##", CultureInfo.InvariantCulture)),
                new Text(PlainText.Count(silo.Partitions)),
                new Text(PlainText.Percent(silo.Share)),
                new Text(silo.Entries is { } entries ? PlainText.Count(entries) : PlainText.None),
                new Text(silo.Bytes is { } bytes ? PlainText.Bytes(bytes) : PlainText.None),
                new Text(silo.Gateway));
        }

        return table;
    }

    private static string Counted(int count, string noun) => $"{PlainText.Count(count)} {noun}{(count == 1 ? "" : "s")}";
}
