namespace Orleans.Cache;

/// <summary>
/// How much a process keeps of what it reads from caches that have near copies (<see cref="CacheOptions.NearCache"/>). The limits count for each cache.
/// </summary>
public sealed class CacheNearOptions
{
    /// <summary>Whether this process keeps near copies.</summary>
    /// <value>Default: <see langword="true"/>.</value>
    public bool Enabled { get; set; } = true;

    /// <summary>The most entries.</summary>
    /// <value>1 to 100,000,000. Default: 100,000.</value>
    public int MaxEntries { get; set; } = 100_000;

    /// <summary>The most bytes, keys and overhead included.</summary>
    /// <value>Bytes; 65,536 or more. Default: 67,108,864 (64 MiB).</value>
    public long MaxBytes { get; set; } = 64L << 20;

    /// <summary>The largest value that is kept.</summary>
    /// <value>Bytes; 0 or more. Default: 262,144 (256 KiB).</value>
    public int MaxValueBytes { get; set; } = 256 << 10;

    /// <summary>How long a near copy is read at most, however long its entry lives.</summary>
    /// <value>1 ms to 10 years. Default: none, as long as its entry lives and does not change.</value>
    public TimeSpan? MaxTimeToLive { get; set; }
}
