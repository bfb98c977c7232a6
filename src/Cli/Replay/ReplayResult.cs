namespace Orleans.Cache.Cli.Replay;

/// <summary>What a replay measured.</summary>
/// <param name="Hits">Requests whose key had an entry.</param>
/// <param name="Misses">Requests whose key had none, and that set it.</param>
/// <param name="Errors">Requests that failed.</param>
/// <param name="FirstError">The error of the request that failed first.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="P50">Half of the requests took no longer.</param>
/// <param name="P99">99 % of the requests took no longer.</param>
/// <param name="P999">99.9 % of the requests took no longer.</param>
/// <param name="StoppedBy">Why it ended early: a malformed line, a cancellation, or a grid that fell silent; <see langword="null"/> if it did not.</param>
internal sealed record ReplayResult(
    long Hits,
    long Misses,
    long Errors,
    CacheException? FirstError,
    TimeSpan Duration,
    TimeSpan P50,
    TimeSpan P99,
    TimeSpan P999,
    Exception? StoppedBy)
{
    /// <summary>Requests that were made, failed ones included.</summary>
    public long Requests => Hits + Misses + Errors;

    /// <summary>Hits divided by hits and misses, 0 to 1; 0 without any.</summary>
    public double HitRatio => Hits + Misses == 0 ? 0 : (double)Hits / (Hits + Misses);

    /// <summary>Requests answered in a second.</summary>
    public double RequestsPerSecond => Duration > TimeSpan.Zero ? (Hits + Misses) / Duration.TotalSeconds : 0;

    /// <summary>Whether the trace was replayed to its end, or to its limit.</summary>
    public bool Complete => StoppedBy is null;
}
