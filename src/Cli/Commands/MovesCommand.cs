using System.CommandLine;
using System.Globalization;
using Orleans.Cache.Cli.Output;
using Orleans.Cache.Cli.Output.Documents;
using Spectre.Console;

namespace Orleans.Cache.Cli.Commands;

/// <summary><c>ocache moves</c>: shows the partitions that are on their way to other silos.</summary>
internal static class MovesCommand
{
    /// <summary>So many moves are listed for people; programs get all of them.</summary>
    private const int MostListed = 50;

    /// <summary>Makes the command.</summary>
    public static Command Create(VerbRunner runner)
    {
        var command = new Verb("moves", "Shows the partitions on the move, and those that lack copies.")
        {
            Notes =
            [
                "Silos that join, leave or are lost make partitions move: each is copied to where it should be, then handed over.",
                "Taken over are partitions that were handed to a silo since it started; the pause is for how long the last of them took no writes.",
                "Lacking are partitions with fewer copies in sync than they should have; a further loss may cost their entries.",
                string.Create(CultureInfo.InvariantCulture, $"Of the moves the first {MostListed} are listed; --json has them all."),
            ],
            Examples =
            [
                new("ocache moves", "counts for each silo, and a list of the moves"),
                new("ocache moves --json", "all of them, for programs"),
            ],
        };
        runner.Bind(command, RunAsync);
        return command;
    }

    /// <summary>Prints moves for people.</summary>
    public static void Print(IAnsiConsole console, MovesDocument document)
    {
        var silos = new FittingTable();
        silos.Add("silo", document.Silos.Select(static silo => new Text(silo.Silo)), "total");
        AddNumber("partitions", static silo => silo.Owned);
        AddNumber("lacking", static silo => silo.LackingCopies);
        AddNumber("moving", static silo => silo.Moving);
        AddNumber("waiting", static silo => silo.Waiting);
        AddNumber("entries", static silo => silo.Entries, leaveOut: 2);
        silos.Add("bytes", document.Silos.Select(static silo => new Text(PlainText.Bytes(silo.Bytes))), PlainText.Bytes(document.Silos.Sum(static silo => silo.Bytes)), isNumber: true, leaveOut: 1);
        AddNumber("taken over", static silo => silo.TakenOver, leaveOut: 3);
        silos.Add("pause p99", document.Silos.Select(static silo => new Text(Pause(silo.PauseP99Milliseconds))), Pause(document.Silos.Max(static silo => silo.PauseP99Milliseconds)), isNumber: true, leaveOut: 3);
        silos.Write(console);
        if (document.Moves.Count == 0)
        {
            return;
        }

        var listed = document.Moves.Take(MostListed).ToArray();
        var moves = new FittingTable();
        moves.Add("partition", listed.Select(static move => new Text(PlainText.Count(move.Partition))), isNumber: true);
        moves.Add("from", listed.Select(static move => new Text(move.From)));
        moves.Add("to", listed.Select(static move => new Text(move.To)));
        moves.Add("as", listed.Select(static move => new Text(move.As)), leaveOut: 3);
        moves.Add("phase", listed.Select(static move => new Text(move.Phase)));
        moves.Add("entries", listed.Select(static move => new Text(PlainText.Count(move.Entries))), isNumber: true, leaveOut: 2);
        moves.Add("bytes", listed.Select(static move => new Text(PlainText.Bytes(move.Bytes))), isNumber: true, leaveOut: 1);
        moves.Write(console);
        if (document.Moves.Count > listed.Length)
        {
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"and {document.Moves.Count - listed.Length:N0} more"));
        }

        void AddNumber(string name, Func<MovesSiloDocument, long> number, int leaveOut = 0) => silos.Add(
            name, document.Silos.Select(silo => new Text(PlainText.Count(number(silo)))), PlainText.Count(document.Silos.Sum(number)), isNumber: true, leaveOut);
    }

    private static string Pause(int? milliseconds) => milliseconds is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known:N0} ms") : "\u2013";

    private static async Task<ExitCode> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var document = MovesDocument.Of(await context.Grid.GetMovesAsync(cancellationToken));
        if (context.Json)
        {
            context.Print(document, CliJsonContext.Readable.MovesDocument);
        }
        else
        {
            Print(context.Terminal.CreateOutputConsole(), document);
        }

        return ExitCode.Done;
    }
}
