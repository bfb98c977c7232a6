using System.Text;
using Spectre.Console;

namespace Orleans.Cache.Cli.Output;

/// <summary>The streams that a run reads and writes, and what they can show. Tests pass buffers.</summary>
internal sealed class Terminal
{
    // Wide enough that no table wraps where nobody's window limits it.
    private const int RedirectedWidth = 160;

    /// <summary>Standard input.</summary>
    public required Stream Input { get; init; }

    /// <summary>Standard output for bytes that must arrive as they are.</summary>
    public required Stream OutputBytes { get; init; }

    /// <summary>Standard output for text.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Standard error.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether a person looks at standard output, rather than a file or a pipe.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether a person looks at standard error.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>The streams of this process.</summary>
    public static Terminal OfProcess()
    {
        if (OperatingSystem.IsWindows() && !Console.IsOutputRedirected)
        {
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        }

        return new Terminal
        {
            Input = Console.OpenStandardInput(),
            OutputBytes = Console.OpenStandardOutput(),
            Output = Console.Out,
            Error = Console.Error,
            OutputIsTerminal = !Console.IsOutputRedirected,
            ErrorIsTerminal = !Console.IsErrorRedirected,
        };
    }

    /// <summary>Tables and pictures on standard output; without colours where they would end up in a file.</summary>
    public IAnsiConsole CreateOutputConsole() => CreateConsole(Output, OutputIsTerminal);

    /// <summary>Progress on standard error.</summary>
    public IAnsiConsole CreateErrorConsole() => CreateConsole(Error, ErrorIsTerminal);

    /// <summary>Says on standard error, in one line, what is amiss.</summary>
    public void Report(string message) => Error.WriteLine($"ocache: {message.ReplaceLineEndings(" ").Trim()}");

    private static IAnsiConsole CreateConsole(TextWriter writer, bool isTerminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,

            // They switch colours on wherever a build server's variables are set, even into a file.
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        if (!isTerminal)
        {
            console.Profile.Width = RedirectedWidth;
        }

        return console;
    }
}
