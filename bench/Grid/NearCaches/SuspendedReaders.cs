using System.Buffers.Binary;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.NearCaches;

/// <summary>
/// Processes that read near copies and are made to stand still, one after the other, while another process writes; and a silo that is killed meanwhile. Each read is held
/// against what had been acknowledged when it began.
/// </summary>
/// <param name="silos">The silos, of which the last is killed.</param>
/// <param name="readers">The processes that read.</param>
/// <param name="cacheName">The cache.</param>
/// <param name="duration">How long.</param>
internal sealed class SuspendedReaders(IReadOnlyList<SiloProcess> silos, IReadOnlyList<ReaderProcess> readers, string cacheName, TimeSpan duration)
{
    private const int KeyCount = 300;
    private const int Writers = 4;

    /// <summary>Readers have started by then.</summary>
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan PauseOfWriter = TimeSpan.FromMilliseconds(4);

    private long _acknowledged;
    private long _unanswered;
    private int _suspensions;
    private int _killed;

    public static CacheKey[] Keys(int count) => [.. Enumerable.Range(0, count).Select(static key => (CacheKey)$"price:{key:000}")];

    /// <summary>Runs it.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What the readers saw together, how many writes were acknowledged and how many ended in errors, how often a process stood still, and how many silos were killed.</returns>
    public async Task<(ReaderOutcome Seen, long Written, long Failed, int Suspensions, int Killed)> RunAsync(CancellationToken cancellationToken)
    {
        var file = Path.GetTempFileName();
        var gateways = silos.Select(static silo => silo.GatewayPort).ToArray();
        var host = GridHosts.Client(gateways, static options => options.NearCache.Enabled = false);
        try
        {
            using var acknowledged = new Acknowledged(file, KeyCount);
            await host.StartAsync(cancellationToken);
            var cache = host.Services.GetRequiredService<ICacheGrid>().GetCache(cacheName);
            await GridFill.WaitUntilSpreadAsync(cache, silos.Count, cancellationToken);
            var reads = readers.Select(reader => reader.RunAsync(new ReaderOrder(gateways, cacheName, KeyCount, file, Start + duration), cancellationToken)).ToArray();
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var writes = Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(cache, acknowledged, writer, end.Token), cancellationToken)).ToArray();
            await Task.Delay(Start, cancellationToken);
            await DisturbAsync(cancellationToken);
            var seen = (await Task.WhenAll(reads)).Aggregate(static (left, right) => left + right);
            await end.CancelAsync();
            await Task.WhenAll(writes);
            return (seen, Volatile.Read(ref _acknowledged), Volatile.Read(ref _unanswered), _suspensions, _killed);
        }
        finally
        {
            await GridHosts.StopAsync(host);
            File.Delete(file);
        }
    }

    /// <summary>Writes numbers that rise to keys of its own.</summary>
    private async Task WriteAsync(ICache cache, Acknowledged acknowledged, int writer, CancellationToken end)
    {
        var keys = Keys(KeyCount);
        for (var number = 1L; !end.IsCancellationRequested; number++)
        {
            for (var key = writer; key < KeyCount && !end.IsCancellationRequested; key += Writers)
            {
                var value = new byte[sizeof(long)];
                BinaryPrimitives.WriteInt64LittleEndian(value, number);
                try
                {
                    await cache.SetAsync(keys[key], value, default, CancellationToken.None);
                    acknowledged[key] = number;
                    Interlocked.Increment(ref _acknowledged);
                }
                catch (CacheException)
                {
                    // Whether it was written is not known, and nobody is told that it was.
                    Interlocked.Increment(ref _unanswered);
                }

                await Task.Delay(PauseOfWriter, CancellationToken.None);
            }
        }
    }

    /// <summary>Suspends one reader after the other, for a time up to four times the staleness; kills the last silo in the middle.</summary>
    private async Task DisturbAsync(CancellationToken cancellationToken)
    {
        var random = new Random(1);
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            if (_killed == 0 && Stopwatch.GetElapsedTime(started) > duration / 2)
            {
                silos[^1].Kill();
                _killed++;
            }

            var reader = readers[random.Next(readers.Count)];
            reader.Suspend();
            await Task.Delay(random.Next(100, 4000), cancellationToken);
            reader.Resume();
            _suspensions++;
            await Task.Delay(random.Next(100, 1000), cancellationToken);
        }
    }
}
