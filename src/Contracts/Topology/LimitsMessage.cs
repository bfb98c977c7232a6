namespace Orleans.Cache.Contracts.Topology;

/// <summary>The wire form of <see cref="CacheLimits"/>. Append-only, guarded by the wire contract test.</summary>
/// <param name="MaxKeyBytes">See <see cref="CacheLimits.MaxKeyBytes"/>.</param>
/// <param name="MaxValueBytes">See <see cref="CacheLimits.MaxValueBytes"/>.</param>
/// <param name="MaxBatchOperations">See <see cref="CacheLimits.MaxBatchOperations"/>.</param>
/// <param name="MaxBatchBytes">See <see cref="CacheLimits.MaxBatchBytes"/>.</param>
/// <param name="MaxTimeToLive">See <see cref="CacheLimits.MaxTimeToLive"/>.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.limits")]
public readonly record struct LimitsMessage(
    [property: Id(0)] int MaxKeyBytes,
    [property: Id(1)] int MaxValueBytes,
    [property: Id(2)] int MaxBatchOperations,
    [property: Id(3)] long MaxBatchBytes,
    [property: Id(4)] TimeSpan MaxTimeToLive)
{
    /// <summary>The wire form of some limits.</summary>
    public static LimitsMessage From(CacheLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return new(limits.MaxKeyBytes, limits.MaxValueBytes, limits.MaxBatchOperations, limits.MaxBatchBytes, limits.MaxTimeToLive);
    }

    /// <summary>What both accept.</summary>
    public static LimitsMessage Least(LimitsMessage left, LimitsMessage right) => new(
        Math.Min(left.MaxKeyBytes, right.MaxKeyBytes),
        Math.Min(left.MaxValueBytes, right.MaxValueBytes),
        Math.Min(left.MaxBatchOperations, right.MaxBatchOperations),
        Math.Min(left.MaxBatchBytes, right.MaxBatchBytes),
        left.MaxTimeToLive < right.MaxTimeToLive ? left.MaxTimeToLive : right.MaxTimeToLive);

    /// <summary>The limits themselves.</summary>
    public CacheLimits ToLimits() => new()
    {
        MaxKeyBytes = MaxKeyBytes,
        MaxValueBytes = MaxValueBytes,
        MaxBatchOperations = MaxBatchOperations,
        MaxBatchBytes = MaxBatchBytes,
        MaxTimeToLive = MaxTimeToLive,
    };
}
