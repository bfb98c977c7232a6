using System.Globalization;
using System.Text.RegularExpressions;

namespace Orleans.Cache.Chaos;

/// <summary>What silos say of partitions that they had to begin empty because all copies were gone.</summary>
internal static partial class ReportedLosses
{
    /// <summary>The partitions in the output of a silo.</summary>
    public static IReadOnlySet<int> In(string output) => Line().Matches(output)
        .SelectMany(static line => line.Groups[1].Value.Split(", "))
        .Select(static number => int.Parse(number, CultureInfo.InvariantCulture))
        .ToHashSet();

    [GeneratedRegex(@"partitions? (?:was|were) lost, all their copies are gone\. They begin empty here: ([0-9]+(?:, [0-9]+)*)")]
    private static partial Regex Line();
}
