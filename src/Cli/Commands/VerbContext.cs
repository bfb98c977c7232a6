using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orleans.Cache.Cli.Output;

namespace Orleans.Cache.Cli.Commands;

/// <summary>What a verb works with, once the grid is reached.</summary>
/// <param name="Grid">The grid.</param>
/// <param name="CacheName">The cache that the command line names.</param>
/// <param name="Json">Whether to print for programs.</param>
/// <param name="Terminal">Where to print.</param>
/// <param name="Arguments">The verb's own arguments and options.</param>
internal sealed record VerbContext(ICacheGrid Grid, string CacheName, bool Json, Terminal Terminal, ParseResult Arguments)
{
    /// <summary>The cache that the command line names.</summary>
    /// <exception cref="CacheRequestException">The grid has no such cache.</exception>
    public ICache Cache => Grid.GetCache(CacheName);

    /// <summary>Prints a line of text.</summary>
    public void Print(string line) => Terminal.Output.WriteLine(line);

    /// <summary>Prints a line of JSON.</summary>
    public void Print<T>(T document, JsonTypeInfo<T> type) => Terminal.Output.WriteLine(JsonSerializer.Serialize(document, type));

    /// <summary>Says that there is no entry.</summary>
    public ExitCode ReportMiss(string key)
    {
        Terminal.Report($"no entry for '{PlainText.Escape(System.Text.Encoding.UTF8.GetBytes(key))}' in cache '{CacheName}'.");
        return ExitCode.Refused;
    }
}
