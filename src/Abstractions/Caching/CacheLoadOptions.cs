namespace Orleans.Cache;

/// <summary>
/// How <see cref="ICache.GetOrSetAsync{T}(CacheKey, Func{CacheLoadContext, CancellationToken, ValueTask{T}}, CacheLoadOptions?, CancellationToken)"/>
/// loads and serves a value. What is unset is as in the client's options for the cache (<c>Loading:Caches:NAME</c>), then for all caches
/// (<c>Loading:Defaults</c>), then as documented here. To be kept where it is used often.
/// </summary>
public sealed record CacheLoadOptions
{
    /// <summary>How long the value lives, unless the factory says otherwise.</summary>
    /// <value>1 ms to <see cref="CacheLimits.MaxTimeToLive"/>; <see cref="Timeout.InfiniteTimeSpan"/>: for ever. Default: the cache's.</value>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>How long the value lives after its last read or write, within <see cref="TimeToLive"/>, unless the factory says otherwise.</summary>
    /// <value>As <see cref="TimeToLive"/>. Default: the cache's.</value>
    public TimeSpan? SlidingExpiration { get; init; }

    /// <summary>What the entry can be removed by, unless the factory says otherwise: see <see cref="CacheSetOptions.Tags"/>.</summary>
    /// <value>Default: none.</value>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>By how much the time to live may be shortened at random, beside what the cache does (<see cref="CacheOptions.TimeToLiveJitter"/>).</summary>
    /// <value>A part of the time to live, 0 to 1. Default: 0.</value>
    public double? TimeToLiveJitter { get; init; }

    /// <summary>How long null lives: that the source has no such thing.</summary>
    /// <value>As <see cref="TimeToLive"/>; <see cref="TimeSpan.Zero"/>: null is not stored. Default: as long as any value.</value>
    public TimeSpan? NullTimeToLive { get; init; }

    /// <summary>
    /// How early hits load the value anew in the background, by probability: the closer its end and the slower its last load, the likelier. After
    /// Vattani, Chierichetti and Lowenstein, "Optimal Probabilistic Cache Stampede Prevention", PVLDB 8(8), 2015. So a key that is read often
    /// relative to its load's duration does not expire.
    /// </summary>
    /// <value>The paper's β, 0 to 100: 1 is right for most, more is earlier, 0 is never. Default: 0.</value>
    public double? EarlyRefresh { get; init; }

    /// <summary>A hit loads the value anew in the background when it has less than this to live.</summary>
    /// <value>0 to <see cref="CacheLimits.MaxTimeToLive"/>. Default: 0, never.</value>
    public TimeSpan? BackgroundRefresh { get; init; }

    /// <summary>For how long after its end a value is still served at once, while it is loaded anew in the background.</summary>
    /// <value>0 to <see cref="CacheLimits.MaxTimeToLive"/>. Default: 0.</value>
    public TimeSpan? StaleWhileRevalidate { get; init; }

    /// <summary>For how long after its end a value is served if loading it anew fails, or takes longer than <see cref="SoftTimeout"/>.</summary>
    /// <value>0 to <see cref="CacheLimits.MaxTimeToLive"/>. Default: 0.</value>
    public TimeSpan? FailSafe { get; init; }

    /// <summary>For how long the process does not ask the source for a key again after that failed, as long as it has a stale value to serve.</summary>
    /// <value>0 to 1 hour. Default: 5 seconds.</value>
    public TimeSpan? FailSafeThrottle { get; init; }

    /// <summary>For how long the process gives callers the same error again after a load failed, and does not ask the source.</summary>
    /// <value>0 to 1 hour. Default: 0, errors are not kept.</value>
    public TimeSpan? ErrorTimeToLive { get; init; }

    /// <summary>How long a caller waits for a load when it could have a stale value; the load goes on in the background.</summary>
    /// <value>1 ms to <see cref="HardTimeout"/>. Default: none, until the load ends.</value>
    public TimeSpan? SoftTimeout { get; init; }

    /// <summary>
    /// How long a factory may take, and how long this process waits for others that load the value. Then callers get
    /// <see cref="CacheLoadException"/>, and what the factory still does counts no more.
    /// </summary>
    /// <value>1 ms to 1 hour. Default: 30 seconds.</value>
    public TimeSpan? HardTimeout { get; init; }
}
