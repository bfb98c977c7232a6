namespace Orleans.Cache.Chaos;

/// <summary>Percentiles of times until recovery, in milliseconds.</summary>
internal sealed record RecoveryTimes(int Keys, double P50, double P99, double Longest)
{
    public static RecoveryTimes Of(IEnumerable<TimeSpan> times)
    {
        double[] sorted = [.. times.Select(static time => time.TotalMilliseconds).Order()];
        return sorted.Length == 0
            ? new RecoveryTimes(0, 0, 0, 0)
            : new RecoveryTimes(sorted.Length, At(sorted, 0.5), At(sorted, 0.99), sorted[^1]);
    }

    // The smallest that at least this share is not above.
    private static double At(double[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
}
