using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orleans.Cache.Client.Serialization;

namespace Orleans.Cache;

/// <summary>
/// Typed values as JSON, by source-generated contexts only: nothing is found out by reflection at run time. Safe for any number of threads.
/// </summary>
public sealed class JsonCacheSerializer : ICacheSerializer
{
    private readonly JsonSerializerOptions _options;

    /// <summary>Makes a serializer for the types of some contexts, and the usual simple ones.</summary>
    /// <param name="contexts">Source-generated contexts, asked in this order.</param>
    public JsonCacheSerializer(IEnumerable<IJsonTypeInfoResolver> contexts)
    {
        ArgumentNullException.ThrowIfNull(contexts);
        _options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        foreach (var context in contexts)
        {
            _options.TypeInfoResolverChain.Add(context);
        }

        _options.TypeInfoResolverChain.Add(SimpleTypesJsonContext.Default);
        _options.MakeReadOnly();
    }

    /// <inheritdoc/>
    public void Serialize<T>(T value, IBufferWriter<byte> destination)
    {
        using var writer = new Utf8JsonWriter(destination);
        JsonSerializer.Serialize(writer, value, Describe<T>());
    }

    /// <inheritdoc/>
    public T? Deserialize<T>(ReadOnlySpan<byte> source)
    {
        try
        {
            return JsonSerializer.Deserialize(source, Describe<T>());
        }
        catch (JsonException exception)
        {
            throw new CacheSerializationException(
                $"The entry's bytes are no JSON of {typeof(T)}: {exception.Message} Read it with the type that it was written with.", exception);
        }
    }

    private JsonTypeInfo<T> Describe<T>() => _options.TryGetTypeInfo(typeof(T), out var info)
        ? (JsonTypeInfo<T>)info
        : throw new CacheSerializationException(
            $"The type {typeof(T)} has no JSON description. Add [JsonSerializable(typeof({typeof(T).Name}))] to a JsonSerializerContext and that context to CacheGridClientOptions.JsonContexts, or set CacheGridClientOptions.Serializer.");
}
