using System.Globalization;

namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>How numbers with a meaning of their own are written in JSON.</summary>
internal static class JsonNumbers
{
    /// <summary>A version: a string, because it has 64 bits and many readers of JSON keep only 53; null where there is no entry.</summary>
    public static string? Version(long version) => version == 0 ? null : version.ToString(CultureInfo.InvariantCulture);

    /// <summary>A duration in whole milliseconds, rounded up so that what still lives never shows as 0.</summary>
    public static long? Milliseconds(TimeSpan? duration) => duration is { } some ? (long)Math.Ceiling(some.TotalMilliseconds) : null;
}
