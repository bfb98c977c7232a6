using System.CommandLine;

namespace Orleans.Cache.Cli.Commands;

/// <summary>A command whose help ends with what one must know and examples. Its description is one short sentence, for the list of commands.</summary>
internal sealed class Verb(string name, string description) : Command(name, description)
{
    /// <summary>What the description had no room for; a line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The examples.</summary>
    public required IReadOnlyList<Example> Examples { get; init; }
}
