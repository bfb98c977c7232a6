using System.CommandLine;
using Orleans.Cache.Cli.Output;
using Orleans.Cache.Cli.Output.Documents;
using Spectre.Console;

namespace Orleans.Cache.Cli.Commands;

/// <summary><c>ocache snapshots</c>: shows how the snapshots of every silo are doing.</summary>
internal static class SnapshotsCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(VerbRunner runner)
    {
        var command = new Verb("snapshots", "Shows how the snapshots of every silo are doing.")
        {
            Notes =
            [
                "Partitions are those with a snapshot that this run of the silo wrote; bytes are of the newest of each.",
                "Every write before 'complete to' is in a snapshot, if the silo had a copy of its partition. Times are UTC, by the silo's clock.",
                "A silo without a folder for snapshots (Cache:Snapshots:Folder) shows –.",
            ],
            Examples =
            [
                new("ocache snapshots", "a table"),
                new("ocache snapshots --json", "plain numbers, for programs"),
            ],
        };
        runner.Bind(command, RunAsync);
        return command;
    }

    /// <summary>Prints them for people.</summary>
    public static void Print(IAnsiConsole console, SnapshotsDocument snapshots)
    {
        var table = new FittingTable();
        table.Add("silo", Cells(static silo => silo.Silo));
        table.Add("partitions", Cells(static silo => silo.IsOn ? PlainText.Count(silo.Partitions) : PlainText.None), isNumber: true);
        table.Add("bytes", Cells(static silo => silo.IsOn ? PlainText.Bytes(silo.Bytes) : PlainText.None), isNumber: true, leaveOut: 2);
        table.Add("newest", Cells(static silo => PlainText.Time(silo.Newest)), leaveOut: 3);
        table.Add("complete to", Cells(static silo => PlainText.Time(silo.CompleteTo)));
        table.Add("loading", Cells(static silo => silo.IsOn ? PlainText.Count(silo.Loading) : PlainText.None), isNumber: true, leaveOut: 5);
        table.Add("loaded", Cells(static silo => silo.IsOn ? PlainText.Count(silo.LoadedEntries) : PlainText.None), isNumber: true, leaveOut: 4);
        table.Add("skipped", Cells(static silo => silo.IsOn ? PlainText.Count(silo.SkippedFiles) : PlainText.None), isNumber: true, leaveOut: 1);
        table.Write(console);
        foreach (var silo in snapshots.Silos.Where(static silo => silo.LastError is not null))
        {
            console.WriteLine($"{silo.Silo}: {silo.LastError}");
        }

        IEnumerable<Text> Cells(Func<SiloSnapshotsDocument, string> cell) => snapshots.Silos.Select(silo => new Text(cell(silo)));
    }

    private static async Task<ExitCode> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var document = SnapshotsDocument.Of(await context.Grid.GetStatisticsAsync(cancellationToken));
        if (context.Json)
        {
            context.Print(document, CliJsonContext.Readable.SnapshotsDocument);
        }
        else
        {
            Print(context.Terminal.CreateOutputConsole(), document);
        }

        return ExitCode.Done;
    }
}
