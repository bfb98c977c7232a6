namespace Orleans.Cache.Simulation.World;

/// <summary>SplitMix64: the same numbers for a seed on every machine and runtime.</summary>
internal sealed class SimRandom(ulong seed) : Random
{
    private ulong _state = seed;

    public override long NextInt64(long maxValue) => (long)(NextBits() % (ulong)maxValue);

    public override long NextInt64(long minValue, long maxValue) => minValue + NextInt64(maxValue - minValue);

    public override int Next(int maxValue) => (int)NextInt64(maxValue);

    public override int Next(int minValue, int maxValue) => minValue + Next(maxValue - minValue);

    /// <summary>Whether what happens so often in a thousand happens.</summary>
    public bool Chance(int perMille) => Next(1000) < perMille;

    /// <summary>Another source that does not depend on how much is drawn from this one later.</summary>
    public SimRandom Fork() => new(NextBits());

    private ulong NextBits()
    {
        var bits = _state += 0x9E37_79B9_7F4A_7C15;
        bits = (bits ^ (bits >> 30)) * 0xBF58_476D_1CE4_E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D0_49BB_1331_11EB;
        return bits ^ (bits >> 31);
    }
}
