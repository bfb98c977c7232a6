namespace Orleans.Cache;

/// <summary>
/// When loads of a cache fail too often its source is left alone for a while, for each cache and process: callers get a stale value where
/// <see cref="CacheLoadOptions.FailSafe"/> allows it, and <see cref="CacheLoadException"/> elsewhere.
/// </summary>
public sealed class CacheBreakerOptions
{
    /// <summary>Which part of the loads must fail.</summary>
    /// <value>Above 0, to 1. Default: none, the source is always asked.</value>
    public double? FailureRatio { get; set; }

    /// <summary>The time within which loads are counted.</summary>
    /// <value>500 ms to 1 day. Default: 30 seconds.</value>
    public TimeSpan SamplingDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many loads there must have been in that time.</summary>
    /// <value>2 or more. Default: 20.</value>
    public int MinimumThroughput { get; set; } = 20;

    /// <summary>For how long the source is left alone; then one load tries.</summary>
    /// <value>500 ms to 1 day. Default: 5 seconds.</value>
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(5);
}
