using System.Diagnostics;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>One caller of the grid: asks, waits for the answer, and asks again until the time is over.</summary>
internal sealed class CallerLoop(ICache cache, Load load, int caller)
{
    // Prime to the number of keys, so that the keys of a batch differ.
    private const int Stride = 7919;

    // A call on a partition of this process ends at once, so that its caller would keep its thread for ever. No application does: its
    // requests end. So callers make room for others after so many calls.
    private const int CallsPerTurn = 64;

    private readonly CacheKey[] _keys = new CacheKey[load.Batch];
    private readonly CacheSetItem[] _items = new CacheSetItem[load.Batch];
    private uint _random = (uint)(caller + 1) * 2654435769;

    public LatencyHistogram Latencies { get; } = new();

    public long Operations { get; private set; }

    public long Errors { get; private set; }

    public string? FirstError { get; private set; }

    /// <summary>Runs until a time, as <see cref="Stopwatch"/> counts it.</summary>
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
                switch (load)
                {
                    case { Operation: LoadOperation.Get, Batch: 1 }:
                        Check(await cache.TryGetAsync(NextKey(), CancellationToken.None));
                        break;
                    case { Operation: LoadOperation.Get }:
                        Check(await cache.GetManyAsync(NextKeys(), CancellationToken.None));
                        break;
                    case { Batch: 1 }:
                        await cache.SetAsync(NextKey(), DataSet.Value, default, CancellationToken.None);
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

    private static void Check(in CacheEntry entry)
    {
        if (entry.Value.Length != DataSet.ValueBytes)
        {
            throw new BenchException("A key that was written is not there, or has another value: the grid is broken, or its memory too small.");
        }
    }

    private static void Check(CacheEntry[] entries)
    {
        foreach (ref readonly var entry in entries.AsSpan())
        {
            Check(entry);
        }
    }

    private CacheKey NextKey() => DataSet.CacheKeys[NextNumber()];

    private CacheKey[] NextKeys()
    {
        var number = NextNumber();
        foreach (ref var key in _keys.AsSpan())
        {
            key = DataSet.CacheKeys[number];
            number = (number + Stride) % DataSet.Keys;
        }

        return _keys;
    }

    private CacheSetItem[] NextItems()
    {
        var number = NextNumber();
        foreach (ref var item in _items.AsSpan())
        {
            item = new CacheSetItem(DataSet.CacheKeys[number], DataSet.Value);
            number = (number + Stride) % DataSet.Keys;
        }

        return _items;
    }

    // Xorshift32 (Marsaglia 2003): a few instructions, so that the time is the grid's.
    private int NextNumber()
    {
        _random ^= _random << 13;
        _random ^= _random >> 17;
        _random ^= _random << 5;
        return (int)(((ulong)_random * DataSet.Keys) >> 32);
    }
}
