using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.Loads;

/// <summary>The callers of one process, which it plays until its input ends: see <see cref="LoadCallersProcess"/>.</summary>
internal static class LoadCallers
{
    /// <summary>A reply of its own, when the source is asked: the process may be killed then.</summary>
    public const string Asked = "asked";

    public const string Connected = "connected";

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        IHost? host = null;
        while (await Console.In.ReadLineAsync(cancellationToken) is { } line)
        {
            var order = JsonSerializer.Deserialize<LoadOrder>(line)!;
            if (order.Gateways is { } gateways)
            {
                host = GridHosts.Client(gateways, options =>
                {
                    options.ClusterId = order.ClusterId ?? CacheGridDefaults.ClusterId;

                    // Many processes start at once, and nothing here measures single calls.
                    options.OperationTimeout = TimeSpan.FromSeconds(30);
                });
                await host.StartAsync(cancellationToken);
                await CacheOf(host).GetAsync("anything", cancellationToken);
                Reply(Connected);
            }
            else
            {
                Reply(JsonSerializer.Serialize(await RunAsync(CacheOf(host!), order)));
            }
        }

        if (host is not null)
        {
            await GridHosts.StopAsync(host);
        }
    }

    private static ICache CacheOf(IHost host) => host.Services.GetRequiredService<ICacheGrid>().GetCache();

    private static async Task<LoadOutcome> RunAsync(ICache cache, LoadOrder order)
    {
        int served = 0, failed = 0, loads = 0;
        long loadedAt = 0, lastServedAt = 0;
        await Task.WhenAll(Enumerable.Range(0, order.Callers).Select(_ => CallAsync()));
        return new LoadOutcome(served, failed, loads, loadedAt, lastServedAt);

        async Task CallAsync()
        {
            try
            {
                var value = await cache.GetOrSetAsync(order.Key, LoadAsync, TimeSpan.FromMinutes(1));
                Interlocked.Increment(ref served);
                Volatile.Write(ref lastServedAt, Stopwatch.GetTimestamp());
            }
            catch (CacheException)
            {
                Interlocked.Increment(ref failed);
            }
        }

        async ValueTask<string> LoadAsync(CancellationToken cancelled)
        {
            Interlocked.Increment(ref loads);
            Reply(Asked);
            await Task.Delay(order.LoadMilliseconds, cancelled);
            Volatile.Write(ref loadedAt, Stopwatch.GetTimestamp());
            return "value";
        }
    }

    private static void Reply(string text)
    {
        lock (Console.Out)
        {
            Console.WriteLine(ChildProcess.ReplyMark + text);
        }
    }
}
