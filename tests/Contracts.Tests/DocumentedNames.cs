using System.Text.RegularExpressions;

namespace Orleans.Cache.Contracts.Tests;

/// <summary>Finds in a page what it names of the repository, and says what of it is not there.</summary>
internal static partial class DocumentedNames
{
    /// <summary>Back-ticked names that are not ours.</summary>
    private static readonly HashSet<string> Foreign = new(StringComparer.Ordinal)
    {
        "Debug", "Release", "IDistributedCache", "HybridCache", "Subject_Condition_Outcome",
    };

    private static readonly HashSet<string> Ours = [.. Repository.Sources.SelectMany(static source => Word().Matches(source.Text)).Select(static word => word.Value)];

    /// <summary>The paths with a folder and a known extension, and the identifiers in back ticks, that are nowhere in the repository.</summary>
    /// <param name="page">The page's path in the repository, from whose folder links may start.</param>
    /// <param name="text">The page.</param>
    public static IEnumerable<string> Missing(string page, string text) =>
    [
        .. FilePath().Matches(text).Select(static match => match.Value).Where(path => !Exists(page, path)).Distinct(StringComparer.Ordinal),
        .. BackTicked().Matches(text).SelectMany(static match => match.Groups["part"].Captures).Select(static part => part.Value)
            .Where(static name => name.Any(char.IsAsciiLetterLower) && !Ours.Contains(name) && !Foreign.Contains(name))
            .Distinct(StringComparer.Ordinal),
    ];

    private static bool Exists(string page, string path) =>
        File.Exists(Repository.PathOf(path)) || File.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, path));

    // Neither what follows a scheme or host of an address, nor absolute paths, nor what a build makes.
    [GeneratedRegex(@"(?<![\w./:~$*<>{}-])(?!artifacts/)(?:\.{0,2}[\w{}-][\w.{}-]*/|\.\./)+[\w.{}-]+\.(?:cs|csproj|sln|props|targets|md|json|txt|gz|sh|yml|yaml|png|svg)(?![\w/*])")]
    private static partial Regex FilePath();

    [GeneratedRegex(@"`(?<part>[A-Z]\w*)(?:<[\w, ]+>)?(?:[.:](?<part>[A-Z]\w*)(?:<[\w, ]+>)?)*(?:\([\w, ]*\))?`")]
    private static partial Regex BackTicked();

    [GeneratedRegex(@"[A-Z]\w*")]
    private static partial Regex Word();
}
