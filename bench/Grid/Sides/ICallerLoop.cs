using System.Diagnostics;
using Orleans.Cache.GridBench.Measurements;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>One caller that asks, waits for the answer, and asks again until the time is over.</summary>
internal interface ICallerLoop
{
    LatencyHistogram Latencies { get; }

    long Operations { get; }

    long Errors { get; }

    string? FirstError { get; }

    /// <summary>Runs until a time, as <see cref="Stopwatch"/> counts it.</summary>
    Task RunAsync(long deadline, CancellationToken cancellationToken);
}
