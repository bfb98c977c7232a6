namespace Orleans.Cache.GridBench.Loads;

/// <summary>What came of a process's callers. Times are timestamps of the system's monotonic clock, which processes share.</summary>
/// <param name="Served">How many had the value.</param>
/// <param name="Failed">How many had none.</param>
/// <param name="Loads">How often the source was asked by this process.</param>
/// <param name="LoadedAt">When it answered last; 0 if it was not asked.</param>
/// <param name="LastServedAt">When the last caller had the value.</param>
internal sealed record LoadOutcome(int Served, int Failed, int Loads, long LoadedAt, long LastServedAt);
