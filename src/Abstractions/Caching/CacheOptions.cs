namespace Orleans.Cache;

/// <summary>The settings of one named cache, the same on every silo (<c>Cache:Caches:NAME</c>).</summary>
public sealed record CacheOptions
{
    /// <summary>How long an entry lives when its write does not say.</summary>
    /// <value>1 ms to <see cref="CacheLimits.MaxTimeToLive"/>. Default: none, entries do not expire.</value>
    public TimeSpan? DefaultTimeToLive { get; init; }

    /// <summary>How long an entry lives after its last read or write when its write does not say.</summary>
    /// <value>1 ms to <see cref="CacheLimits.MaxTimeToLive"/>. Default: none.</value>
    public TimeSpan? DefaultSlidingExpiration { get; init; }

    /// <summary>
    /// The most entries of the cache in the whole grid. Each silo holds the part of it that corresponds to its part of the partitions.
    /// </summary>
    /// <value>1 or more. Default: none, only bytes count.</value>
    public long? MaxEntries { get; init; }

    /// <summary>
    /// The most bytes of the cache in the whole grid, keys and overhead included. Each silo holds the part of it that corresponds to its
    /// part of the partitions.
    /// </summary>
    /// <value>Bytes; 1,048,576 (1 MiB) or more. Default: none, the cache shares its silos' memory budgets with the others.</value>
    public long? MaxBytes { get; init; }

    /// <summary>
    /// By how much a time to live may be shortened at random, so that entries written together do not all expire together.
    /// </summary>
    /// <value>A part of the time to live, 0 to 1: at 0.1, ten minutes become nine to ten. Default: 0, not at all.</value>
    public double TimeToLiveJitter { get; init; }

    /// <summary>Which entry goes when a limit is reached.</summary>
    /// <value>
    /// <c>s3fifo</c> (new entries prove themselves first; the best on most workloads, and the fastest), <c>lru</c> (the longest unused),
    /// <c>wtinylfu</c> (the rarely asked for, with a window that adapts), <c>lfu</c> (the least used), <c>fifo</c> (the oldest),
    /// <c>random</c>, <c>ttl</c> (the soonest to expire). Default: <c>s3fifo</c>.
    /// </value>
    public string Eviction { get; init; } = "s3fifo";

    /// <summary>How many copies have a write before it is acknowledged, when the write does not say.</summary>
    /// <value><c>owner</c>, <c>replicated</c> or <c>majority</c>. Default: <c>replicated</c>.</value>
    public CacheWriteConcern WriteConcern { get; init; } = CacheWriteConcern.Replicated;

    /// <summary>Which copy may answer a read that does not say.</summary>
    /// <value><c>owner</c> or <c>any</c>. Default: <c>owner</c>.</value>
    public CacheReadLevel ReadLevel { get; init; }

    /// <summary>Whether processes that use the cache keep near copies of what they read, and how these are kept from going stale.</summary>
    /// <value><c>off</c>, <c>bounded</c> or <c>strict</c>. Default: <c>off</c>.</value>
    public CacheNearMode NearCache { get; init; }

    /// <summary>
    /// How stale a near copy may be at most, whatever is lost on the way: without news from the owner for so long it is not read any more. Where
    /// near caches are strict nothing read is stale; then it is how long a write waits, at most, for a process that does not answer.
    /// </summary>
    /// <value>100 ms to 10 minutes. Default: 1 second.</value>
    public TimeSpan NearCacheStaleness { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether the silos tell what happens in the cache to those who read <see cref="ICache.Events"/>. The same on every silo.</summary>
    /// <value>Default: <see langword="false"/>; it then costs nothing.</value>
    public bool Events { get; init; }

    /// <summary>
    /// Whether keys that are read very often are copied to other silos, and reads of them spread. Processes that keep no near copies then read what
    /// <see cref="NearCache"/> promises, which must be on.
    /// </summary>
    /// <value>Default: <see langword="false"/>.</value>
    public bool HotKeys { get; init; }

    /// <summary>From how many reads per second on a key is hot. It ceases to be when it has been below half of it for 5 seconds.</summary>
    /// <value>Reads per second, 200 to 1,000,000,000. Default: 5,000.</value>
    public int HotKeyReadsPerSecond { get; init; } = 5_000;

    /// <summary>How many silos besides its owner have copies of a hot key.</summary>
    /// <value>1 or more. Default: none, all silos.</value>
    public int? HotKeyCopies { get; init; }
}
