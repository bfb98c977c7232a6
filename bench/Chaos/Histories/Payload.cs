using System.Buffers.Binary;
using System.Text;

namespace Orleans.Cache.Chaos.Histories;

/// <summary>What stands under a key: its number, the key, and filling, so that bytes of another entry are noticed.</summary>
internal static class Payload
{
    private const byte Filling = (byte)'.';

    /// <summary>The value of a number.</summary>
    /// <param name="key">The key it is for.</param>
    /// <param name="number">The number.</param>
    /// <param name="length">How long the value is at least.</param>
    public static byte[] Of(string key, long number, int length)
    {
        var value = new byte[Math.Max(length, sizeof(long) + Encoding.UTF8.GetByteCount(key))];
        value.AsSpan().Fill(Filling);
        BinaryPrimitives.WriteInt64LittleEndian(value, number);
        Encoding.UTF8.GetBytes(key, value.AsSpan(sizeof(long)));
        return value;
    }

    /// <summary>The number of a value, or <see langword="null"/> when it is none of this key.</summary>
    public static long? NumberOf(string key, ReadOnlySpan<byte> value)
    {
        if (value.Length < sizeof(long))
        {
            return null;
        }

        var number = BinaryPrimitives.ReadInt64LittleEndian(value);
        return value.SequenceEqual(Of(key, number, value.Length)) ? number : null;
    }
}
