using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Cache.GridBench.Measurements;

namespace Orleans.Cache.GridBench.Reports;

/// <summary>Every measurement, for programs.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    public static string Of(CompareResult result) => JsonSerializer.Serialize(result, Options);
}
