using System.Runtime.CompilerServices;

namespace Orleans.Cache.Engine.HotKeys;

/// <summary>Picks one read of sixteen, for each thread on its own. Safe for any number of threads; costs a nanosecond.</summary>
/// <remarks>
/// A Weyl sequence: a number grows by the golden ratio of its range, and every pass through the lowest sixteenth counts. Every sixteenth read would
/// see but one key of two that are read by turns; the gaps here are 13 and 21 and in between, so that no such rhythm is met for long.
/// </remarks>
internal static class HotSampling
{
    /// <summary>So many reads one sample stands for.</summary>
    public const int Reads = 16;

    private const uint GoldenRatio = 0x9E37_79B9;
    private const int Bits = 28;

    [ThreadStatic]
    private static uint _position;

    /// <summary>Whether this read is one that counts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsDue() => (_position += GoldenRatio) >> Bits == 0;
}
