namespace Orleans.Cache;

/// <summary>Something that happened in a cache, as its reader is told. Immutable.</summary>
public readonly record struct CacheEvent
{
    /// <summary>What happened.</summary>
    public CacheEventKind Kind { get; init; }

    /// <summary>The entry's key; empty where the event is not of one entry.</summary>
    public CacheKey Key { get; init; }

    /// <summary>
    /// The version of the entry that was set, has expired or was evicted; 0 for other kinds. Of two events of a key the one with the higher
    /// version is of the later write.
    /// </summary>
    public long Version { get; init; }

    /// <summary>The silo that told it; <see langword="null"/> for events that this process itself has dropped.</summary>
    public string? Silo { get; init; }

    /// <summary>
    /// Of <see cref="CacheEventKind.Missed"/>: how many events are missing at most, those counted in that other filters or caches would have had;
    /// <see langword="null"/> where nobody knows.
    /// </summary>
    public long? Missed { get; init; }

    /// <summary>The hashes of the tags of <see cref="CacheEventKind.TagsRemoved"/>, as they stand on the wire.</summary>
    internal ReadOnlyMemory<byte> Tags { get; init; }
}
