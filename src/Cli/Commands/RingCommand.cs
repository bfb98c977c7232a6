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
                "Entries and bytes are those of all caches; a silo that does not answer shows –. A narrow terminal leaves out columns.",
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
        CreateTable(ring).Write(console);

        List<string> caption =
        [
            Counted(ring.PartitionCount, "partition"),
            Counted(ring.Silos.Count, "silo"),
            string.Create(CultureInfo.InvariantCulture, $"map version {ring.Version}"),
        ];
        if (ring.PartitionsLackingCopies > 0)
        {
            caption.Add($"{PlainText.Count(ring.PartitionsLackingCopies)} lack copies");
        }

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

    private static FittingTable CreateTable(RingDocument ring)
    {
        var table = new FittingTable();
        table.Add("", ring.Silos.Select((_, index) => RingPainter.Symbol(index)));
        table.Add("silo", Cells(silo => silo.Name));
        if (ring.Silos.Any(silo => silo.Zone.Length > 0))
        {
            table.Add("zone", Cells(silo => silo.Zone.Length == 0 ? PlainText.None : silo.Zone), leaveOut: 4);
        }

        table.Add("weight", Cells(silo => silo.Weight.ToString("0.##", CultureInfo.InvariantCulture)), isNumber: true, leaveOut: 3);
        table.Add("partitions", Cells(silo => PlainText.Count(silo.Partitions)), isNumber: true);
        table.Add("share", Cells(silo => PlainText.Percent(silo.Share)), isNumber: true);
        table.Add("entries", Cells(silo => silo.Entries is { } entries ? PlainText.Count(entries) : PlainText.None), isNumber: true, leaveOut: 1);
        table.Add("bytes", Cells(silo => silo.Bytes is { } bytes ? PlainText.Bytes(bytes) : PlainText.None), isNumber: true, leaveOut: 2);
        table.Add("gateway", Cells(silo => silo.Gateway), leaveOut: 5);
        return table;

        IEnumerable<Text> Cells(Func<RingSiloDocument, string> cell) => ring.Silos.Select(silo => new Text(cell(silo)));
    }

    private static string Counted(int count, string noun) => $"{PlainText.Count(count)} {noun}{(count == 1 ? "" : "s")}";
}
