using System.Buffers;
using Orleans.Serialization;

namespace Orleans.Cache;

/// <summary>Typed values in Orleans' own format, for types with <c>[GenerateSerializer]</c>. Safe for any number of threads.</summary>
public sealed class OrleansCacheSerializer : ICacheSerializer
{
    private readonly Serializer _serializer;

    /// <summary>Makes a serializer over Orleans' own, which the client's container has.</summary>
    public OrleansCacheSerializer(Serializer serializer) => _serializer = serializer;

    /// <inheritdoc/>
    public void Serialize<T>(T value, IBufferWriter<byte> destination)
    {
        try
        {
            _serializer.Serialize(value, destination);
        }
        catch (CodecNotFoundException exception)
        {
            throw NotSerializable<T>(exception);
        }
    }

    /// <inheritdoc/>
    public T? Deserialize<T>(ReadOnlySpan<byte> source)
    {
        try
        {
            return _serializer.Deserialize<T>(source);
        }
        catch (CodecNotFoundException exception)
        {
            throw NotSerializable<T>(exception);
        }
        catch (SerializerException exception)
        {
            throw new CacheSerializationException(
                $"The entry's bytes are no {typeof(T)} in Orleans' format: {exception.Message} Read it with the type that it was written with.",
                exception);
        }
    }

    private static CacheSerializationException NotSerializable<T>(Exception inner) => new(
        $"The type {typeof(T)} has no Orleans serializer. Add [GenerateSerializer] to it, and [Id(n)] to its members.", inner);
}
