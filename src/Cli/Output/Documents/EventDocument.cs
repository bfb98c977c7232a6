namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>An event as <c>watch --json</c> prints it, one in a line.</summary>
/// <param name="Kind">What happened, as <c>--kind</c> takes it.</param>
/// <param name="Key">The key: text, or Base64 where its bytes are not UTF-8; null where the event is not of one entry.</param>
/// <param name="Encoding">What <paramref name="Key"/> is: <c>utf-8</c> or <c>base64</c>.</param>
/// <param name="Version">The entry's version; null where none is told. A string, because most readers of JSON round 64-bit numbers.</param>
/// <param name="Silo">The silo that told it; null where it is of none.</param>
/// <param name="Missed">Of <c>missed</c>: how many events are missing at most; null where nobody knows.</param>
internal sealed record EventDocument(string Kind, string? Key, string? Encoding, string? Version, string? Silo, long? Missed)
{
    /// <summary>Makes the document of an event.</summary>
    public static EventDocument Of(CacheEvent happened)
    {
        if (happened.Key.IsEmpty)
        {
            return new EventDocument(NameOf(happened.Kind), null, null, JsonNumbers.Version(happened.Version), happened.Silo, happened.Missed);
        }

        var key = happened.Key.ToArray();
        var text = PlainText.AsText(key);
        return new EventDocument(
            NameOf(happened.Kind), text ?? Convert.ToBase64String(key), text is null ? "base64" : "utf-8", JsonNumbers.Version(happened.Version), happened.Silo, happened.Missed);
    }

    /// <summary>The name of a kind on the command line and in JSON.</summary>
    public static string NameOf(CacheEventKind kind) => kind switch
    {
        CacheEventKind.Missed => "missed",
        CacheEventKind.Set => "set",
        CacheEventKind.Removed => "removed",
        CacheEventKind.Expired => "expired",
        CacheEventKind.Evicted => "evicted",
        CacheEventKind.TagsRemoved => "tags-removed",
        CacheEventKind.Cleared => "cleared",
        _ => "unknown",
    };
}
