namespace Orleans.Cache.GridBench.Measurements;

/// <summary>Latencies of calls in microseconds; a batch or pipeline is one call.</summary>
internal readonly record struct Percentiles(double P50, double P99, double P999)
{
    public static Percentiles Of(LatencyHistogram latencies) =>
        new(latencies.Percentile(0.5), latencies.Percentile(0.99), latencies.Percentile(0.999));
}
