using System.Diagnostics;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.LargeValues;

/// <summary>The stream of large values: one caller that sets one, gets it, and begins again.</summary>
internal sealed class LargeValueLoop(ICache cache, int valueBytes) : ICallerLoop
{
    private static readonly CacheKey Key = "large";

    private readonly byte[] _value = DataSet.Value(valueBytes);

    public LatencyHistogram Latencies { get; } = new();

    public long Operations { get; private set; }

    public long Errors { get; private set; }

    public string? FirstError { get; private set; }

    public async Task RunAsync(long deadline, CancellationToken cancellationToken)
    {
        for (var isSet = true; Stopwatch.GetTimestamp() < deadline && !cancellationToken.IsCancellationRequested; isSet = !isSet)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                if (isSet)
                {
                    await cache.SetAsync(Key, _value, default, CancellationToken.None);
                }
                else if ((await cache.TryGetAsync(Key, CancellationToken.None)).Value.Length != valueBytes)
                {
                    throw new BenchException("A large value that was written is not there, or has another length: the grid is broken, or its memory too small.");
                }

                Operations++;
            }
            catch (CacheException error)
            {
                Errors++;
                FirstError ??= error.Message;
            }

            Latencies.Record(Stopwatch.GetTimestamp() - started);
        }
    }
}
