namespace Orleans.Cache.GridBench.Losses;

/// <summary>What callers did for a while.</summary>
internal sealed record CallerCounts(double Seconds, double PerSecond, double P99Milliseconds, double LongestMilliseconds, long Errors);
