namespace Orleans.Cache;

/// <summary>How an entry is written. The default value takes everything from the cache's own settings.</summary>
public readonly record struct CacheSetOptions
{
    /// <summary>How long the entry lives from now on, read or not.</summary>
    /// <value>
    /// 1 ms to <see cref="CacheLimits.MaxTimeToLive"/>; <see cref="Timeout.InfiniteTimeSpan"/>: for ever. Default:
    /// <see cref="CacheOptions.DefaultTimeToLive"/>.
    /// </value>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>How long the entry lives after its last read or write, within <see cref="TimeToLive"/>.</summary>
    /// <value>
    /// 1 ms to <see cref="CacheLimits.MaxTimeToLive"/>; <see cref="Timeout.InfiniteTimeSpan"/>: no such limit. Default:
    /// <see cref="CacheOptions.DefaultSlidingExpiration"/>.
    /// </value>
    public TimeSpan? SlidingExpiration { get; init; }

    /// <summary>What must be true of the entry for the write to happen.</summary>
    /// <value>Default: no condition.</value>
    public CacheCondition Condition { get; init; }

    /// <summary>What the entry can be removed by, together with others: see <see cref="ICache.RemoveByTagAsync(string, CancellationToken)"/>.</summary>
    /// <value>At most 16 tags of 1 to 256 bytes in UTF-8, none of them <c>*</c>. A write without tags leaves the entry without. Default: none.</value>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>How many copies have the write before it is acknowledged.</summary>
    /// <value>Default: that of <see cref="ICache.WithOptions"/>, or <see cref="CacheOptions.WriteConcern"/>.</value>
    public CacheWriteConcern? WriteConcern { get; init; }
}
