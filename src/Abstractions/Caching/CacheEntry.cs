namespace Orleans.Cache;

/// <summary>The result of a read. A miss is told from an empty value by <see cref="Found"/>.</summary>
public readonly record struct CacheEntry
{
    /// <summary>Whether the key has an entry.</summary>
    public bool Found { get; init; }

    /// <summary>The value; empty for a miss, and for a value of no bytes.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>The entry's version, above 0; 0 for a miss. A later write of the same key has a higher version.</summary>
    public long Version { get; init; }

    /// <summary>How long the entry still lives unless read or written again; <see langword="null"/> where it does not expire, or for a miss.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>Whether reading the entry begins its time to live anew.</summary>
    internal bool Slides { get; init; }

    /// <summary>Whether the entry may be removed by a tag.</summary>
    internal bool IsTagged { get; init; }

    /// <summary>How long the load of the entry took, on a scale of its own; 0 where it was not loaded.</summary>
    internal byte LoadCost { get; init; }

    /// <summary>Whether the value stands for null.</summary>
    internal bool IsNull { get; init; }

    /// <summary>Whether the entry's time is over, by as much as its time to live is below zero. Only loads read such entries.</summary>
    internal bool IsStale { get; init; }
}
