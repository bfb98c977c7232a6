using System.Diagnostics;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>One caller of the grid: asks, waits for the answer, and asks again until the time is over.</summary>
internal sealed class CallerLoop(ICache cache, Load load, ReadOnlyMemory<byte> value, int caller) : ICallerLoop
{
    // A call on a partition of this process ends at once, so that its caller would keep its thread for ever. No application does: its
    // requests end. So callers make room for others after so many calls.
    private const int CallsPerTurn = 64;

    private readonly CacheKey[] _keys = new CacheKey[load.Batch];
    private readonly CacheEntry[] _entries = new CacheEntry[load.Batch];
    private readonly CacheSetItem[] _items = new CacheSetItem[load.Batch];
    private readonly KeyPicker _picker = new(load.Operation, caller);

    public LatencyHistogram Latencies { get; } = new();

    public long Operations { get; private set; }

    public long Errors { get; private set; }

    public string? FirstError { get; private set; }

    public async Task RunAsync(long deadline, CancellationToken cancellationToken)
    {
        var now = Stopwatch.GetTimestamp();
        for (var turn = 1; now < deadline && !cancellationToken.IsCancellationRequested; turn++)
        {
            if (turn % CallsPerTurn == 0)
            {
                await Task.Yield();
            }

            var started = now;
            try
            {
                // Awaited here and not in a method of its own, which would allocate in the product's name.
                switch (_picker.NextIsSet(), load.Batch)
                {
                    case (false, 1):
                        Check(await cache.TryGetAsync(NextKey(), CancellationToken.None));
                        break;
                    case (false, _):
                        await cache.GetManyAsync(NextKeys(), _entries, CancellationToken.None);
                        Check(_entries);
                        break;
                    case (true, 1):
                        await cache.SetAsync(NextKey(), value, default, CancellationToken.None);
                        break;
                    default:
                        await cache.SetManyAsync(NextItems(), CancellationToken.None);
                        break;
                }

                Operations += load.Batch;
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

    private void Check(in CacheEntry entry)
    {
        if (entry.Value.Length != load.ValueBytes)
        {
            throw new BenchException("A key that was written is not there, or has another value: the grid is broken, or its memory too small.");
        }
    }

    private void Check(CacheEntry[] entries)
    {
        foreach (ref readonly var entry in entries.AsSpan())
        {
            Check(entry);
        }
    }

    private CacheKey NextKey() => DataSet.CacheKeys[_picker.NextKey()];

    private CacheKey[] NextKeys()
    {
        var number = _picker.NextKey();
        foreach (ref var key in _keys.AsSpan())
        {
            key = DataSet.CacheKeys[number];
            number = DataSet.Following(number);
        }

        return _keys;
    }

    private CacheSetItem[] NextItems()
    {
        var number = _picker.NextKey();
        foreach (ref var item in _items.AsSpan())
        {
            item = new CacheSetItem(DataSet.CacheKeys[number], value);
            number = DataSet.Following(number);
        }

        return _items;
    }
}
