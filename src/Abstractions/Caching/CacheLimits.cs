namespace Orleans.Cache;

/// <summary>
/// The sizes that a grid accepts. Silos are configured with them (<c>Cache:Limits</c>), clients learn them from the grid and check before
/// they send; silos check again.
/// </summary>
public sealed record CacheLimits
{
    /// <summary>The longest key.</summary>
    /// <value>Bytes; 1 to 65,535. Default: 1,024.</value>
    public int MaxKeyBytes { get; init; } = 1024;

    /// <summary>The largest value.</summary>
    /// <value>Bytes; 0 to 67,108,864 (64 MiB). Default: 1,048,576 (1 MiB).</value>
    public int MaxValueBytes { get; init; } = 1024 * 1024;

    /// <summary>The most operations that one call may carry.</summary>
    /// <value>1 to 1,000,000. Default: 10,000.</value>
    public int MaxBatchOperations { get; init; } = 10_000;

    /// <summary>The most bytes of keys and values that one call may carry.</summary>
    /// <value>Bytes; from the size of the largest entry to 268,435,456 (256 MiB). Default: 67,108,864 (64 MiB).</value>
    public long MaxBatchBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>The longest time to live and sliding expiration.</summary>
    /// <value>1 ms to 3,650 days. Default: 3,650 days.</value>
    public TimeSpan MaxTimeToLive { get; init; } = TimeSpan.FromDays(3650);
}
