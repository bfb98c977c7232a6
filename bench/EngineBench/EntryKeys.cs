using System.Globalization;

namespace Orleans.Cache.EngineBench;

/// <summary>Keys of 24 bytes, <c>user:profile:</c> and eleven digits, and uniform numbers to draw them by.</summary>
internal static class EntryKeys
{
    public const int Bytes = 24;

    /// <summary>Writes the key of a number.</summary>
    public static void Write(long number, Span<byte> to)
    {
        "user:profile:"u8.CopyTo(to);
        number.TryFormat(to[13..], out _, "D11", CultureInfo.InvariantCulture);
    }

    /// <summary>SplitMix64.</summary>
    public static ulong Next(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>A number below <paramref name="limit"/>.</summary>
    public static long Draw(ref ulong state, long limit) => (long)Math.BigMul(Next(ref state), (ulong)limit, out _);
}
