using System.CommandLine;
using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench;

/// <summary><c>--scenario</c>.</summary>
internal static class ScenarioOption
{
    public static Option<string[]> Create(string description)
    {
        var option = new Option<string[]>("--scenario") { Description = description, HelpName = "name", AllowMultipleArgumentsPerToken = true };
        option.CompletionSources.Add([.. ScenarioCatalog.Names]);
        return option;
    }

    /// <summary>The scenarios that were named, also with commas between them.</summary>
    /// <exception cref="BenchException">There is no such scenario.</exception>
    public static IReadOnlyList<string> Select(IReadOnlyList<string> all, string[]? given) => ScenarioFilter.Select(
        all, [.. (given ?? []).SelectMany(static text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))]);
}
