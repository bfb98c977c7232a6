namespace Orleans.Cache;

/// <summary>How events are read. Immutable.</summary>
public sealed record CacheEventReadOptions
{
    /// <summary>
    /// How many events may wait in this process for their reader. When there are more, the oldest are dropped, and the reader is told
    /// <see cref="CacheEventKind.Missed"/> in their place: neither writers nor other readers wait for it.
    /// </summary>
    /// <value>1 to 10,000,000. Default: 65,536.</value>
    public int BufferedEvents { get; init; } = 65_536;
}
