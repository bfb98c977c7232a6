namespace Orleans.Cache.Engine.HotKeys;

/// <summary>
/// Estimates how often the most frequent keys of a stream come, in memory that does not grow with the number of keys. Not safe for several threads.
/// </summary>
/// <remarks>
/// <para>Rows of counters, each owned by the fingerprint of one key. A key adds to the counter that it owns in a row. At a counter that another key owns it takes
/// one away with a probability that falls exponentially with the count, and owns it when it has come to nothing: the rare wear one another off, the
/// frequent stay. The estimate is the largest counter that the key owns. It is never above the truth, unless two keys share a fingerprint.</para>
/// <para>Source: Gong, Yang, Zhang, Li, Uhlig, Chen, Uden, Li, "HeavyKeeper: An Accurate Algorithm for Finding Top-k Elephant Flows", USENIX ATC 2018.
/// Counters are halved by <see cref="Decay"/>, so that what counts is how often a key comes now.</para>
/// </remarks>
internal sealed class HeavyKeeper
{
    /// <summary>Of each row; a power of two.</summary>
    public const int Width = 1024;

    private const int Rows = 2;
    private const double Base = 1.08;

    /// <summary>From this count on nothing is taken away any more: the probability is below one in a million.</summary>
    private const int MostWorn = 180;

    private static readonly uint[] WearBelow = [.. Enumerable.Range(0, MostWorn).Select(static count => (uint)(uint.MaxValue * Math.Pow(Base, -count)))];

    private readonly Counter[] _counters = new Counter[Rows * Width];
    private ulong _random;

    /// <param name="seed">Of the random numbers.</param>
    public HeavyKeeper(long seed) => _random = (ulong)seed | 1;

    /// <summary>Takes note that a key came.</summary>
    /// <param name="hash">The key's hash, of 64 bits that are as good as random.</param>
    /// <returns>How often it came, at least; 0 if others have its counters.</returns>
    public int Add(ulong hash)
    {
        var fingerprint = (uint)(hash >> 32);
        var estimate = 0;
        for (var row = 0; row < Rows; row++)
        {
            // Each row has bits of its own, apart from the fingerprint's.
            ref var counter = ref _counters[(row * Width) + (int)((hash >> (row * 10)) & (Width - 1))];
            if (counter.Count == 0)
            {
                counter = new Counter { Fingerprint = fingerprint, Count = 1 };
            }
            else if (counter.Fingerprint == fingerprint)
            {
                counter.Count++;
            }
            else if (counter.Count < MostWorn && Next() < WearBelow[counter.Count] && --counter.Count == 0)
            {
                counter = new Counter { Fingerprint = fingerprint, Count = 1 };
            }

            if (counter.Fingerprint == fingerprint)
            {
                estimate = Math.Max(estimate, counter.Count);
            }
        }

        return estimate;
    }

    /// <summary>Halves all counters.</summary>
    public void Decay()
    {
        foreach (ref var counter in _counters.AsSpan())
        {
            counter.Count >>= 1;
        }
    }

    /// <summary>Xorshift: Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8, 2003.</summary>
    private uint Next()
    {
        _random ^= _random << 13;
        _random ^= _random >> 7;
        _random ^= _random << 17;
        return (uint)(_random >> 32);
    }

    private struct Counter
    {
        public uint Fingerprint;
        public int Count;
    }
}
