namespace Orleans.Cache.Client.Caching;

/// <summary>
/// Bytes stay bytes, whichever overload the compiler picks for them: a byte array is a better match for the typed overload of a set than
/// for the one that takes memory, and must not end up as JSON.
/// </summary>
internal static class TypedValue
{
    /// <summary>Whether a value is bytes already.</summary>
    public static bool TryGetBytes<T>(T value, out ReadOnlyMemory<byte> bytes)
    {
        switch (value)
        {
            case byte[] array:
                bytes = array;
                return true;
            case ReadOnlyMemory<byte> memory:
                bytes = memory;
                return true;
            case Memory<byte> memory:
                bytes = memory;
                return true;
            default:
                bytes = default;
                return false;
        }
    }

    public static T? Read<T>(ReadOnlyMemory<byte> bytes, ICacheSerializer serializer)
    {
        if (typeof(T) == typeof(byte[]))
        {
            return (T)(object)bytes.ToArray();
        }

        return typeof(T) == typeof(ReadOnlyMemory<byte>) ? (T)(object)bytes : serializer.Deserialize<T>(bytes.Span);
    }
}
