using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>The JSON of <c>--json</c>. Scripts read it: names are append-only, guarded by DocumentTests.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EntryDocument))]
[JsonSerializable(typeof(EntriesDocument))]
[JsonSerializable(typeof(SetDocument))]
[JsonSerializable(typeof(RemovedDocument))]
[JsonSerializable(typeof(TouchedDocument))]
[JsonSerializable(typeof(NumberDocument))]
[JsonSerializable(typeof(LocationDocument))]
[JsonSerializable(typeof(RingDocument))]
[JsonSerializable(typeof(StatisticsDocument))]
[JsonSerializable(typeof(MovesDocument))]
[JsonSerializable(typeof(SnapshotsDocument))]
[JsonSerializable(typeof(HotKeysDocument))]
[JsonSerializable(typeof(PinnedDocument))]
[JsonSerializable(typeof(ReplayDocument))]
[JsonSerializable(typeof(EventDocument))]
[JsonSerializable(typeof(DatabaseInitDocument))]
[JsonSerializable(typeof(DatabaseStatusDocument))]
internal sealed partial class CliJsonContext : JsonSerializerContext
{
    /// <summary>The context that prints: text stays readable, since no browser takes it for HTML.</summary>
    public static CliJsonContext Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
