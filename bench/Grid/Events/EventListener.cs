using System.Collections.Concurrent;
using System.Diagnostics;
using Orleans.Cache.GridBench.Measurements;

namespace Orleans.Cache.GridBench.Events;

/// <summary>Reads all events of a cache, counts them, and takes the time of some.</summary>
internal sealed class EventListener : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, long> _sent = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ICacheEventReader _reader;
    private readonly Task _reading;
    private LatencyHistogram _lags = new();
    private long _heard;
    private long _missed;

    private EventListener(ICacheEventReader reader)
    {
        _reader = reader;
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>Events heard so far.</summary>
    public long Heard => Volatile.Read(ref _heard);

    /// <summary>Events that were told as missed so far.</summary>
    public long Missed => Volatile.Read(ref _missed);

    public static async Task<EventListener> StartAsync(ICache cache, CancellationToken cancellationToken) =>
        new(await cache.Events.OpenAsync(options: new CacheEventReadOptions { BufferedEvents = 1_000_000 }, cancellationToken: cancellationToken));

    /// <summary>Notes that a key is written now, whose event is to be timed.</summary>
    public void Sending(string key) => _sent[key] = Stopwatch.GetTimestamp();

    /// <summary>The times since they were taken last.</summary>
    public LatencyHistogram TakeLags()
    {
        _sent.Clear();
        return Interlocked.Exchange(ref _lags, new LatencyHistogram());
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _reader.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task ReadAsync()
    {
        while (true)
        {
            var next = await _reader.ReadAsync(_stopping.Token);
            if (next.Kind == CacheEventKind.Missed)
            {
                _missed += next.Missed ?? 0;
                continue;
            }

            _heard++;
            if (next.Key.ByteCount < LagKeys.MostBytes && _sent.TryRemove(next.Key.ToString(), out var sent))
            {
                _lags.Record(Stopwatch.GetTimestamp() - sent);
            }
        }
    }
}
