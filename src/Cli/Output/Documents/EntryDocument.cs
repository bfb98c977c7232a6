namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>An entry as <c>get</c> and <c>mget</c> print it with <c>--json</c>.</summary>
/// <param name="Key">The key.</param>
/// <param name="Found">Whether there is an entry; without one everything below is null.</param>
/// <param name="Value">The value: text, or Base64 where its bytes are not UTF-8.</param>
/// <param name="Encoding">What <paramref name="Value"/> is: <c>utf-8</c> or <c>base64</c>.</param>
/// <param name="Version">The version. A string, because most readers of JSON round 64-bit numbers.</param>
/// <param name="TtlMs">How long the entry still lives; null where it does not expire.</param>
internal sealed record EntryDocument(string Key, bool Found, string? Value, string? Encoding, string? Version, long? TtlMs)
{
    /// <summary>Makes the document of a read.</summary>
    public static EntryDocument Of(string key, CacheEntry entry)
    {
        if (!entry.Found)
        {
            return new EntryDocument(key, Found: false, null, null, null, null);
        }

        var text = PlainText.AsText(entry.Value.Span);
        return new EntryDocument(
            key,
            Found: true,
            text ?? Convert.ToBase64String(entry.Value.Span),
            text is null ? "base64" : "utf-8",
            JsonNumbers.Version(entry.Version),
            JsonNumbers.Milliseconds(entry.TimeToLive));
    }
}
