using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Orleans.Cache.GridBench.Loads;

/// <summary>Callers that ask for one popular key again and again, over several times of its life.</summary>
internal static class ExpiryTurn
{
    public const int Callers = 32;
    private const string Waits = "orleans.cache.client.load.waits";
    public static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LoadTime = TimeSpan.FromMilliseconds(20);
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);

    /// <summary>Runs a turn.</summary>
    /// <returns>How many calls there were, how many of them waited for a load, and how many loads there were.</returns>
    public static async Task<(long Calls, long Waited, int Loads)> RunAsync(ICache cache, CacheKey key, double earlyRefresh, CancellationToken cancellationToken)
    {
        var options = new CacheLoadOptions { TimeToLive = TimeToLive, EarlyRefresh = earlyRefresh };
        long calls = 0, waited = 0;
        using var listener = new MeterListener { InstrumentPublished = Listen };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref waited, count));
        var loads = 0;
        await cache.GetOrSetAsync(key, LoadAsync, options, cancellationToken);
        listener.Start();
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => CallAsync()));
        return (calls, waited, loads);

        async Task CallAsync()
        {
            while (Stopwatch.GetElapsedTime(began) < Duration)
            {
                await cache.GetOrSetAsync(key, LoadAsync, options, cancellationToken);
                Interlocked.Increment(ref calls);
                await Task.Yield();
            }
        }

        static void Listen(Instrument instrument, MeterListener listener)
        {
            if (instrument.Name == Waits)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        }

        async ValueTask<string> LoadAsync(CacheLoadContext context, CancellationToken cancelled)
        {
            Interlocked.Increment(ref loads);
            await Task.Delay(LoadTime, cancelled);
            return "value";
        }
    }
}
