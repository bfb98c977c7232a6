using System.Buffers;

namespace Orleans.Cache;

/// <summary>Turns typed values into bytes and back. Implementations must be safe for any number of threads.</summary>
public interface ICacheSerializer
{
    /// <summary>Writes a value.</summary>
    /// <exception cref="CacheSerializationException">The type cannot be serialized; the message says how to register it.</exception>
    void Serialize<T>(T value, IBufferWriter<byte> destination);

    /// <summary>Reads a value.</summary>
    /// <exception cref="CacheSerializationException">The type cannot be deserialized, or the bytes do not fit it.</exception>
    T? Deserialize<T>(ReadOnlySpan<byte> source);
}
