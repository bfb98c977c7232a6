namespace Orleans.Cache.GridBench.HotKeys;

/// <summary>What the callers of a process did.</summary>
/// <param name="Reads">How many reads they had answered in the time that counts.</param>
/// <param name="Latencies">What those took: the counts of a <see cref="Measurements.LatencyHistogram"/>.</param>
internal sealed record HotOutcome(long Reads, long[] Latencies);
