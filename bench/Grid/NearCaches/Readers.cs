using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.NearCaches;

/// <summary>The readers of one process, which has near copies and may be suspended at any time: see <see cref="ReaderProcess"/>.</summary>
internal static class Readers
{
    private const int Count = 2;

    /// <summary>So many reads follow each other before others get the thread, and the clock is looked at.</summary>
    private const int Stretch = 256;

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        var order = JsonSerializer.Deserialize<ReaderOrder>(await Console.In.ReadLineAsync(cancellationToken) ?? throw new BenchException("Nobody said what to read."))!;
        using var acknowledged = new Acknowledged(order.File, order.Keys);
        var host = GridHosts.Client(order.Gateways);
        await host.StartAsync(cancellationToken);
        var cache = host.Services.GetRequiredService<ICacheGrid>().GetCache(order.Cache);
        var until = Stopwatch.GetTimestamp() + (long)(order.Duration.TotalSeconds * Stopwatch.Frequency);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, Count).Select(number => Task.Run(() => ReadAsync(cache, acknowledged, order.Keys, number, until), cancellationToken)));
        Console.WriteLine(ChildProcess.ReplyMark + JsonSerializer.Serialize(outcomes.Aggregate(static (left, right) => left + right)));
        await GridHosts.StopAsync(host);
    }

    private static async Task<ReaderOutcome> ReadAsync(ICache cache, Acknowledged acknowledged, int keys, int seed, long until)
    {
        var names = SuspendedReaders.Keys(keys);
        var random = new Random(seed);
        long reads = 0, near = 0, old = 0, failed = 0;
        for (var attempt = 1L; ; attempt++)
        {
            if (attempt % Stretch == 0)
            {
                if (Stopwatch.GetTimestamp() >= until)
                {
                    return new ReaderOutcome(reads, near, old, failed);
                }

                await Task.Yield();
            }

            var key = random.Next(keys);
            var least = acknowledged[key];
            try
            {
                var read = cache.TryGetAsync(names[key]);
                near += read.IsCompletedSuccessfully ? 1 : 0;
                var entry = await read;
                reads++;
                old += (entry.Found ? BinaryPrimitives.ReadInt64LittleEndian(entry.Value.Span) : 0) < least ? 1 : 0;
            }
            catch (CacheException)
            {
                failed++;
            }
        }
    }
}
