using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>Picks what one caller asks for next. A few instructions, so that the time is that of what is measured. For one thread at a time.</summary>
internal sealed class KeyPicker(LoadOperation operation, int caller)
{
    private const int CallsPerMixedSet = 10;

    private readonly Zipf? _zipf = operation == LoadOperation.Mixed ? Zipf.Instance : null;

    // Any start but 0 will do; neighbours should not start alike.
    private ulong _state = (ulong)(caller + 1) * 0x9E3779B97F4A7C15;

    public int NextKey()
    {
        var random = NextRandom();
        return _zipf?.Key(random) ?? (int)(((random >> 32) * DataSet.Keys) >> 32);
    }

    public bool NextIsSet() => operation switch
    {
        LoadOperation.Get => false,
        LoadOperation.Set => true,
        _ => (NextRandom() >> 32) % CallsPerMixedSet == 0,
    };

    // Xorshift64* (Vigna 2016).
    private ulong NextRandom()
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return _state * 0x2545F4914F6CDD1D;
    }
}
