using System.Diagnostics;

namespace Orleans.Cache.Engine.Invalidation;

/// <summary>
/// For how long a near cache may read without news from the owner, and how long an owner waits for it: the second is longer, by what the
/// clocks of two processes may differ in speed, and by what a reader's coarse clock may lag.
/// </summary>
internal static class NearLease
{
    private const double Drift = 1.02;

    private static readonly TimeSpan ClockLag = TimeSpan.FromMilliseconds(25);

    /// <summary>How long an owner waits, in ticks of the monotonic clock.</summary>
    public static long ServerTicksOf(TimeSpan staleness) => (long)(((staleness * Drift) + ClockLag).TotalSeconds * Stopwatch.Frequency);
}
