namespace Orleans.Cache;

/// <summary>Which events of a cache somebody wants to read. Immutable.</summary>
/// <remarks><see cref="CacheEventKind.Missed"/> is told in any case.</remarks>
public sealed record CacheEventFilter
{
    /// <summary>The kinds to be told.</summary>
    /// <value>Default: <see langword="null"/>, all.</value>
    public IReadOnlyCollection<CacheEventKind>? Kinds { get; init; }

    /// <summary>
    /// What the keys begin with. Events that are of no single key - tags removed, cleared - are told in any case: they may concern such keys.
    /// </summary>
    /// <value>Default: empty, all keys.</value>
    public CacheKey KeyPrefix { get; init; }
}
