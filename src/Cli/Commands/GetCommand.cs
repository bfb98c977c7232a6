using System.CommandLine;
using Orleans.Cache.Cli.Output;
using Orleans.Cache.Cli.Output.Documents;

namespace Orleans.Cache.Cli.Commands;

/// <summary><c>ocache get</c>: reads a value.</summary>
internal static class GetCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(VerbRunner runner)
    {
        var key = KeyArguments.One();
        var command = new Verb("get", "Prints the value of an entry and nothing else.")
        {
            Notes =
            [
                "Into a file or pipe go exactly the value's bytes. On a terminal a line end is added, and control characters are escaped.",
                "A miss prints nothing and gives exit code 1.",
            ],
            Examples =
            [
                new("ocache get greeting", "prints: hello"),
                new("ocache get page > page.html", "exactly the bytes that were set"),
                new("ocache get greeting --json", "with version and time to live"),
                new("ocache get config || echo none", "a miss is exit code 1"),
            ],
            Arguments = { key },
        };
        runner.Bind(command, (context, cancellationToken) => RunAsync(context, context.Arguments.GetRequiredValue(key), cancellationToken));
        return command;
    }

    private static async Task<ExitCode> RunAsync(VerbContext context, string key, CancellationToken cancellationToken)
    {
        var entry = await context.Cache.TryGetAsync(key, cancellationToken);
        if (context.Json)
        {
            context.Print(EntryDocument.Of(key, entry), CliJsonContext.Readable.EntryDocument);
        }

        if (!entry.Found)
        {
            return context.ReportMiss(key);
        }

        if (!context.Json)
        {
            await WriteValueAsync(context.Terminal, entry.Value, cancellationToken);
        }

        return ExitCode.Done;
    }

    private static async Task WriteValueAsync(Terminal terminal, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        if (terminal.OutputIsTerminal)
        {
            // A value must not be able to send commands to the terminal of whoever looks at it.
            var text = PlainText.Escape(value.Span, keepLines: true);
            terminal.Output.Write(text.EndsWith('\n') ? text : text + "\n");
            return;
        }

        await terminal.OutputBytes.WriteAsync(value, cancellationToken);
        await terminal.OutputBytes.FlushAsync(cancellationToken);
    }
}
