using System.Text.Json;

namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>What <c>set --json</c> prints.</summary>
/// <param name="Key">The key.</param>
/// <param name="Stored">Whether the value was written.</param>
/// <param name="Outcome"><c>stored</c>, <c>keyPresent</c>, <c>keyAbsent</c> or <c>versionMismatch</c>.</param>
/// <param name="Version">The version written, or the one that stands; null where there is no entry.</param>
internal sealed record SetDocument(string Key, bool Stored, string Outcome, string? Version)
{
    /// <summary>Makes the document of a write.</summary>
    public static SetDocument Of(string key, CacheWriteResult written) => new(
        key,
        written.Stored,
        JsonNamingPolicy.CamelCase.ConvertName(written.Outcome.ToString()),
        JsonNumbers.Version(written.Version));
}
