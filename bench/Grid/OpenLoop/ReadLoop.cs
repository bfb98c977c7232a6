using System.Diagnostics;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.OpenLoop;

/// <summary>One caller that reads, waits, and reads again: with enough of them, a system's peak.</summary>
internal sealed class ReadLoop(IReadTarget target, int caller) : ICallerLoop
{
    private readonly KeyPicker _keys = new(LoadOperation.Get, caller);

    public LatencyHistogram Latencies { get; } = new();

    public long Operations { get; private set; }

    public long Errors { get; private set; }

    public string? FirstError { get; private set; }

    public async Task RunAsync(long deadline, CancellationToken cancellationToken)
    {
        var now = Stopwatch.GetTimestamp();
        while (now < deadline && !cancellationToken.IsCancellationRequested)
        {
            var started = now;
            try
            {
                await target.ReadAsync(_keys.NextKey());
                Operations++;
            }
            catch (CacheException error)
            {
                Errors++;
                FirstError ??= error.Message;
            }

            now = Stopwatch.GetTimestamp();
            Latencies.Record(now - started);
        }
    }
}
