namespace Orleans.Cache.Chaos.Load;

/// <summary>What is written and read while silos fail.</summary>
internal sealed record LoadSettings
{
    /// <summary>Keys with rising numbers.</summary>
    public int Keys { get; init; } = 600;

    /// <summary>Counters.</summary>
    public int Counters { get; init; } = 60;

    /// <summary>Keys with a time to live.</summary>
    public int Expiring { get; init; } = 60;

    /// <summary>Keys that are written once, before anything happens, and read after every round.</summary>
    public int Ballast { get; init; }

    public int ValueBytes { get; init; } = 100;

    /// <summary>How many writes are begun in a second at most; fewer where the grid takes longer.</summary>
    public int WritesPerSecond { get; init; } = 2000;

    /// <summary>How many reads are begun in a second at most, by all readers together.</summary>
    public int ReadsPerSecond { get; init; } = 2000;

    /// <summary>How far behind a read may be: the staleness of bounded near caches, and what a machine that is busy needs besides.</summary>
    public TimeSpan Bound { get; init; }

    /// <summary>Whether the cache may evict: then a miss proves nothing.</summary>
    public bool MayVanish { get; init; }
}
