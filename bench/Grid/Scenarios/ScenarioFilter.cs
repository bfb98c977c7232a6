using System.IO.Enumeration;

namespace Orleans.Cache.GridBench.Scenarios;

/// <summary>Finds scenarios by what <c>--scenario</c> says: names, in which <c>*</c> and <c>?</c> stand for any text and any character.</summary>
internal static class ScenarioFilter
{
    /// <summary>The names among all that one of the patterns fits, in the catalogue's order; all when there is no pattern.</summary>
    /// <exception cref="BenchException">A pattern fits nothing.</exception>
    public static IReadOnlyList<string> Select(IReadOnlyList<string> all, IReadOnlyList<string> patterns)
    {
        foreach (var pattern in patterns)
        {
            if (!all.Any(name => FileSystemName.MatchesSimpleExpression(pattern, name)))
            {
                throw new BenchException($"No scenario is called '{pattern}'. There are: {string.Join(", ", all)}; * and ? may stand in a name.");
            }
        }

        return patterns.Count == 0
            ? all
            : [.. all.Where(name => patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name)))];
    }
}
