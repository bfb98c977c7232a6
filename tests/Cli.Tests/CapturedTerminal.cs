using System.Text;
using Orleans.Cache.Cli.Commands;
using Orleans.Cache.Cli.Output;

namespace Orleans.Cache.Cli.Tests;

/// <summary>Runs the whole command line in this process, with buffers in place of the terminal.</summary>
internal sealed class CapturedTerminal
{
    private readonly Terminal _terminal = new()
    {
        Input = new MemoryStream(),
        OutputBytes = new MemoryStream(),
        Output = new StringWriter { NewLine = "\n" },
        Error = new StringWriter { NewLine = "\n" },
    };

    public string Output => Encoding.UTF8.GetString(((MemoryStream)_terminal.OutputBytes).ToArray()) + _terminal.Output;

    public string Error => _terminal.Error.ToString()!;

    public string FirstErrorLine => Error.Split('\n')[0];

    public Task<int> RunAsync(params string[] args) => CommandLine.RunAsync(args, _terminal);
}
