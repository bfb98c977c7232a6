using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.HotKeys;

/// <summary>The callers of one process without near copies, which it plays until its input ends: see <see cref="HotCallersProcess"/>.</summary>
internal static class HotCallers
{
    private const string Connected = "connected";

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        var keys = HotKeySet.Create();
        IHost? host = null;
        while (await Console.In.ReadLineAsync(cancellationToken) is { } line)
        {
            var order = JsonSerializer.Deserialize<HotOrder>(line)!;
            if (order.Gateways is { } gateways)
            {
                host = GridHosts.Client(gateways, static options =>
                {
                    options.NearCache.Enabled = false;

                    // Silos that are held back may answer late; what counts is how fast, not whether.
                    options.OperationTimeout = TimeSpan.FromSeconds(30);
                });
                await host.StartAsync(cancellationToken);
                await CacheOf(host, order).GetAsync(keys[0], cancellationToken);
                Reply(Connected);
            }
            else
            {
                Reply(JsonSerializer.Serialize((await RunAsync(CacheOf(host!, order), keys, order)).ToArray()));
            }
        }

        if (host is not null)
        {
            await GridHosts.StopAsync(host);
        }
    }

    private static ICache CacheOf(IHost host, HotOrder order) => host.Services.GetRequiredService<ICacheGrid>().GetCache(order.Cache);

    private static async Task<LatencyHistogram> RunAsync(ICache cache, CacheKey[] keys, HotOrder order)
    {
        var began = Stopwatch.GetTimestamp();
        var callers = await Task.WhenAll(Enumerable.Range(0, order.Callers).Select(number => Task.Run(() => ReadAsync(cache, keys, order, number, began))));
        var all = new LatencyHistogram();
        foreach (var caller in callers)
        {
            all.Add(caller);
        }

        return all;
    }

    private static async Task<LatencyHistogram> ReadAsync(ICache cache, CacheKey[] keys, HotOrder order, int number, long began)
    {
        var random = new Random((order.Seed * order.Callers) + number);
        var latencies = new LatencyHistogram();
        var now = began;
        var from = began + (long)(order.WarmUp.TotalSeconds * Stopwatch.Frequency);
        var until = from + (long)(order.Duration.TotalSeconds * Stopwatch.Frequency);
        while (now < until)
        {
            var key = HotKeySet.Draw(keys, random);
            if (!(await cache.TryGetAsync(key)).Found)
            {
                throw new BenchException($"The entry of {key} is gone.");
            }

            var sent = now;
            now = Stopwatch.GetTimestamp();
            if (sent >= from)
            {
                latencies.Record(now - sent);
            }
        }

        return latencies;
    }

    private static void Reply(string text) => Console.WriteLine(ChildProcess.ReplyMark + text);
}
