using System.Diagnostics;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.Losses;

/// <summary>Callers that read, and write one call in ten, until they are disposed of. Errors are counted, and they go on.</summary>
internal sealed class SteadyCallers : IAsyncDisposable
{
    public const int Callers = 64;

    private const int WriteEvery = 10;

    private readonly Lock _lock = new();
    private readonly ICache _cache;
    private readonly byte[] _value;
    private readonly Task[] _callers;
    private volatile bool _isOver;
    private LatencyHistogram _latencies = new();
    private long _calls;
    private long _errors;
    private long _longest;
    private long _since = Stopwatch.GetTimestamp();

    public SteadyCallers(ICache cache, int valueBytes)
    {
        _cache = cache;
        _value = DataSet.Value(valueBytes);
        _callers = [.. Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(caller)))];
    }

    /// <summary>What was done since the last time this was asked.</summary>
    public CallerCounts Take()
    {
        lock (_lock)
        {
            var seconds = Stopwatch.GetElapsedTime(_since).TotalSeconds;
            var counts = new CallerCounts(
                seconds, _calls / seconds, Percentiles.Of(_latencies).P99 / 1000, TimeSpan.FromSeconds(_longest / (double)Stopwatch.Frequency).TotalMilliseconds, _errors);
            (_latencies, _calls, _errors, _longest, _since) = (new LatencyHistogram(), 0, 0, 0, Stopwatch.GetTimestamp());
            return counts;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isOver = true;
        await Task.WhenAll(_callers);
    }

    private async Task CallAsync(int caller)
    {
        var key = caller * (DataSet.Keys / Callers);
        for (var call = caller; !_isOver; call++, key = DataSet.Following(key))
        {
            var started = Stopwatch.GetTimestamp();
            var failed = 0;
            try
            {
                if (call % WriteEvery == 0)
                {
                    await _cache.SetAsync(DataSet.CacheKeys[key], _value);
                }
                else if (!(await _cache.TryGetAsync(DataSet.CacheKeys[key])).Found)
                {
                    throw new BenchException($"The entry {DataSet.CacheKeys[key]} is gone.");
                }
            }
            catch (CacheException)
            {
                failed = 1;
            }

            var elapsed = Stopwatch.GetTimestamp() - started;
            lock (_lock)
            {
                _latencies.Record(elapsed);
                _longest = Math.Max(_longest, elapsed);
                _calls++;
                _errors += failed;
            }
        }
    }
}
