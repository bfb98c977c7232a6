using System.CommandLine;
using System.Text;
using Orleans.Cache.Cli.Output;
using Orleans.Cache.Cli.Output.Documents;
using Spectre.Console;

namespace Orleans.Cache.Cli.Commands;

/// <summary><c>ocache hot</c>: shows the keys whose reads are spread over the silos, and makes keys so.</summary>
internal static class HotCommand
{
    /// <summary>Makes the command and those below it.</summary>
    public static Command Create(VerbRunner runner)
    {
        var command = new Verb("hot", "Shows the keys that are read so often that other silos have copies.")
        {
            Notes =
            [
                "Of all caches that have hot keys (Cache:Caches:NAME:HotKeys), the most read first. Reads of the copies are counted in.",
            ],
            Examples =
            [
                new("ocache hot", "keys, owners, reads in a second"),
                new("ocache hot pin frontpage --cache web", "hot before it is read so often"),
                new("ocache hot unpin frontpage --cache web", "as its reads say again"),
            ],
            Subcommands = { CreatePin(runner, isPinned: true), CreatePin(runner, isPinned: false) },
        };
        runner.Bind(command, ShowAsync);
        return command;
    }

    /// <summary>Prints hot keys for people.</summary>
    public static void Print(IAnsiConsole console, HotKeysDocument document)
    {
        if (document.Keys.Count == 0)
        {
            console.WriteLine("none");
            return;
        }

        var table = new FittingTable();
        table.Add("key", Cells(static key => PlainText.Escape(Encoding.UTF8.GetBytes(key.Key))));
        table.Add("cache", Cells(static key => key.Cache), leaveOut: 3);
        table.Add("owner", Cells(static key => key.Owner));
        table.Add("reads/s", Cells(static key => PlainText.Count(key.ReadsPerSecond)), isNumber: true);
        table.Add("writes/s", Cells(static key => PlainText.Count(key.WritesPerSecond)), isNumber: true, leaveOut: 1);
        table.Add("copies", Cells(static key => PlainText.Count(key.Copies)), isNumber: true, leaveOut: 2);
        table.Add("pinned", Cells(static key => key.Pinned ? "yes" : "no"));
        table.Write(console);

        IEnumerable<Text> Cells(Func<HotKeyDocument, string> cell) => document.Keys.Select(key => new Text(cell(key)));
    }

    private static Verb CreatePin(VerbRunner runner, bool isPinned)
    {
        var key = KeyArguments.One();
        var command = isPinned
            ? new Verb("pin", "Makes a key hot, however often it is read.")
            {
                Notes = ["The key need not have an entry. Silos remember it as long as one of them runs; 64 keys of a cache may be pinned."],
                Examples = [new("ocache hot pin frontpage --cache web", "before the campaign begins")],
                Arguments = { key },
            }
            : new Verb("unpin", "Leaves it to a key's reads again whether it is hot.")
            {
                Notes = ["Nothing happens to a key that is not pinned."],
                Examples = [new("ocache hot unpin frontpage --cache web", "cools down within seconds")],
                Arguments = { key },
            };
        runner.Bind(command, (context, cancellationToken) => PinAsync(context, context.Arguments.GetRequiredValue(key), isPinned, cancellationToken));
        return command;
    }

    private static async Task<ExitCode> ShowAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var document = HotKeysDocument.Of(await context.Grid.GetHotKeysAsync(cancellationToken));
        if (context.Json)
        {
            context.Print(document, CliJsonContext.Readable.HotKeysDocument);
        }
        else
        {
            Print(context.Terminal.CreateOutputConsole(), document);
        }

        return ExitCode.Done;
    }

    private static async Task<ExitCode> PinAsync(VerbContext context, string key, bool isPinned, CancellationToken cancellationToken)
    {
        await (isPinned ? context.Grid.PinHotKeyAsync(context.CacheName, key, cancellationToken) : context.Grid.UnpinHotKeyAsync(context.CacheName, key, cancellationToken));
        if (context.Json)
        {
            context.Print(new PinnedDocument(key, isPinned), CliJsonContext.Readable.PinnedDocument);
        }
        else
        {
            context.Print("OK");
        }

        return ExitCode.Done;
    }
}
