using System.Diagnostics;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Processes;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>Runs callers of this process and measures what they come to.</summary>
internal static class ClosedLoop
{
    // Above the deadline of a call: every caller should have come back long since.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>Runs the callers for as long as was asked.</summary>
    /// <param name="callers">The callers.</param>
    /// <param name="duration">How long.</param>
    /// <param name="serverUse">What the servers' processes have used so far.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public static async Task<Measurement> RunAsync(
        IReadOnlyList<ICallerLoop> callers, TimeSpan duration, Func<Task<ProcessUse>> serverUse, CancellationToken cancellationToken)
    {
        // What was left over from before is not this run's.
        GC.Collect();
        var serverBefore = await serverUse();
        var clientBefore = ProcessUse.OfThisProcess();
        var started = Stopwatch.GetTimestamp();
        var deadline = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);

        var loops = callers.Select(caller => Task.Run(() => caller.RunAsync(deadline, cancellationToken), CancellationToken.None));
        await Task.WhenAll(loops).WaitAsync(duration + Grace, CancellationToken.None);

        var elapsed = Stopwatch.GetElapsedTime(started);
        var client = ProcessUse.OfThisProcess() - clientBefore;
        var server = await serverUse() - serverBefore;
        cancellationToken.ThrowIfCancellationRequested();
        var latencies = new LatencyHistogram();
        foreach (var caller in callers)
        {
            latencies.Add(caller.Latencies);
        }

        return new Measurement
        {
            Operations = callers.Sum(static caller => caller.Operations),
            Seconds = elapsed.TotalSeconds,
            Latency = Percentiles.Of(latencies),
            Errors = callers.Sum(static caller => caller.Errors),
            FirstError = callers.Select(static caller => caller.FirstError).FirstOrDefault(static error => error is not null),
            ClientProcessor = client.Processor,
            ServerProcessor = server.Processor,
            ClientAllocatedBytes = client.AllocatedBytes,
            ServerAllocatedBytes = server.AllocatedBytes,
        };
    }
}
