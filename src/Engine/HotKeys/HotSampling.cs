namespace Orleans.Cache.Engine.HotKeys;

/// <summary>Picks one read of 64 on the average, for each thread on its own. Safe for any number of threads.</summary>
/// <remarks>
/// How many reads it passes over is drawn anew after each that it picks, 0 to 126: keys that are read by turns are picked alike, whatever the rhythm. Reads
/// that come together cost one look at what the thread keeps.
/// </remarks>
internal static class HotSampling
{
    /// <summary>So many reads one sample stands for.</summary>
    public const int Reads = 64;

    private const int MostGap = (2 * Reads) - 1;

    [ThreadStatic]
    private static int _left;

    [ThreadStatic]
    private static ulong _random;

    /// <summary>Whether the next read is one that counts.</summary>
    public static bool IsDue()
    {
        var first = First(reads: 1);
        if (first == 0)
        {
            Next(first, reads: 1);
        }

        return first == 0;
    }

    /// <summary>The first that counts of the next reads; as many as these or more if none of them does. All of them are then over but for <see cref="Next"/>.</summary>
    public static int First(int reads)
    {
        var first = _left;
        _left = first - reads;
        return first;
    }

    /// <summary>The one that counts after another of the same reads.</summary>
    public static int Next(int position, int reads)
    {
        // A linear congruential generator with Knuth's constants (MMIX): its upper bits are good.
        _random = (_random * 6364136223846793005) + 1442695040888963407;
        var next = position + 1 + (int)((_random >> 33) % MostGap);
        _left = next - reads;
        return next;
    }
}
