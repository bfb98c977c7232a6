using System.Globalization;

namespace Orleans.Cache.GridBench.Events;

/// <summary>The keys whose events are timed: shorter than all others, so that the listener need not look for those.</summary>
internal static class LagKeys
{
    public const int MostBytes = 12;

    public static string Of(int number) => string.Create(CultureInfo.InvariantCulture, $"l{number}");
}
