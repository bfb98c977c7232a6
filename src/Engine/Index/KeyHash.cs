using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Orleans.Cache.Engine.Index;

/// <summary>The hash of keys within a silo: XXH3 with a secret seed, so that nobody outside can choose keys that collide.</summary>
/// <param name="seed">The seed.</param>
/// <param name="bits">How many of the low bits are used, 0 to 64; fewer than 64 only where tests let keys collide.</param>
internal readonly struct KeyHash(long seed, int bits = 64)
{
    private readonly ulong _mask = bits == 0 ? 0 : ulong.MaxValue >> (64 - bits);

    /// <summary>A hash with a seed that nobody knows.</summary>
    public static KeyHash CreateRandom() => new(BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Of(ReadOnlySpan<byte> key) => XxHash3.HashToUInt64(key, seed) & _mask;

    /// <summary>The byte that a bucket keeps of a hash; never 0, which stands for an empty slot. Other bits than those that choose the bucket.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte TagOf(ulong hash)
    {
        var tag = (byte)(hash >> 56);
        return tag == 0 ? (byte)1 : tag;
    }
}
