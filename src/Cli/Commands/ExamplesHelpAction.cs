using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Orleans.Cache.Cli.Commands;

/// <summary>The usual help, and below it the command's notes and examples.</summary>
internal sealed class ExamplesHelpAction(HelpAction usual, IReadOnlyList<Example> rootExamples) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var code = usual.Invoke(parseResult);
        var command = parseResult.CommandResult.Command;
        var examples = command is Verb verb ? verb.Examples : rootExamples;
        var output = parseResult.InvocationConfiguration.Output;
        var width = examples.Max(example => example.Line.Length);

        if (command is Verb { Notes.Count: > 0 } noted)
        {
            output.WriteLine("Notes:");
            foreach (var note in noted.Notes)
            {
                output.WriteLine($"  {note}");
            }

            output.WriteLine();
        }

        output.WriteLine("Examples:");
        foreach (var example in examples)
        {
            output.WriteLine($"  {example.Line.PadRight(width)}  {example.Meaning}");
        }

        output.WriteLine();
        output.WriteLine("Exit codes: 0 done; 1 a miss, a failed condition or bad input; 2 the grid cannot be reached; 130 interrupted.");
        return code;
    }
}
