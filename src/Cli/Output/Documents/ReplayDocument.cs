using Orleans.Cache.Cli.Replay;

namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>What <c>replay --json</c> prints.</summary>
/// <param name="Requests">Lines replayed, failed ones included.</param>
/// <param name="Hits">Requests whose key had an entry.</param>
/// <param name="Misses">Requests whose key had none, and that set it.</param>
/// <param name="HitRatio">Hits divided by hits and misses, 0 to 1.</param>
/// <param name="Errors">Requests that failed.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="RequestsPerSecond">Hits and misses in a second.</param>
/// <param name="P50Ms">Half of the requests took no longer, in milliseconds.</param>
/// <param name="P99Ms">99 % of the requests took no longer.</param>
/// <param name="P999Ms">99.9 % of the requests took no longer.</param>
/// <param name="Complete">Whether the trace was replayed to its end, or to its limit.</param>
internal sealed record ReplayDocument(
    long Requests,
    long Hits,
    long Misses,
    double HitRatio,
    long Errors,
    double Seconds,
    double RequestsPerSecond,
    double P50Ms,
    double P99Ms,
    double P999Ms,
    bool Complete)
{
    /// <summary>Makes the document of a replay.</summary>
    public static ReplayDocument Of(ReplayResult result) => new(
        result.Requests,
        result.Hits,
        result.Misses,
        result.HitRatio,
        result.Errors,
        result.Duration.TotalSeconds,
        result.RequestsPerSecond,
        result.P50.TotalMilliseconds,
        result.P99.TotalMilliseconds,
        result.P999.TotalMilliseconds,
        result.Complete);
}
