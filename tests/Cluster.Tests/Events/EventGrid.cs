using Orleans.Cache.TestKit;
using Orleans.TestingHost;

namespace Orleans.Cache.Cluster.Tests.Events;

/// <summary>Grids with events, and what tests of them need.</summary>
internal static class EventGrid
{
    /// <summary>A cache with events.</summary>
    public const string Told = "told";

    /// <summary>A cache with events that holds few entries.</summary>
    public const string Small = "small";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static Task<GridFixture> StartAsync(short silos = 3, Action<CacheGridOptions>? configure = null, Action<ISiloBuilder>? configureSilo = null, bool losesSilos = false) => GridFixture.StartAsync(
        silos,
        (_, options) =>
        {
            options.Caches[Told] = new CacheOptions { Events = true };
            options.Caches[Small] = new CacheOptions { Events = true, MaxEntries = 64 };
            configure?.Invoke(options);
        },
        configureSilo: configureSilo,
        losesSilos: losesSilos);

    /// <summary>Takes events until one is as wanted.</summary>
    public static async Task<CacheEvent> UntilAsync(this ICacheEventReader reader, Func<CacheEvent, bool> isWanted)
    {
        while (true)
        {
            var next = await reader.ReadAsync(Cancelled);
            if (isWanted(next))
            {
                return next;
            }
        }
    }

    public static Task<CacheEvent> UntilAsync(this ICacheEventReader reader, CacheEventKind kind, string key) =>
        reader.UntilAsync(next => next.Kind == kind && next.Key == key);

    /// <summary>Writes keys, again where a silo was just lost.</summary>
    public static async Task WriteAsync(ICache cache, IEnumerable<string> keys)
    {
        foreach (var key in keys)
        {
            await Poll.UntilAsync(() => TryWriteAsync(cache, key));
        }
    }

    /// <summary>Writes new keys, round after round, until one round is told whole: from then on nothing is amiss.</summary>
    public static async Task UntilAllIsToldAsync(ICacheEventReader reader, ICache cache)
    {
        for (var round = 0; ; round++)
        {
            var mark = Guid.NewGuid().ToString("N");
            var keys = Enumerable.Range(0, 100).Select(key => $"{mark}/{key}").ToHashSet(StringComparer.Ordinal);
            await WriteAsync(cache, keys);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
            patience.CancelAfter(TimeSpan.FromSeconds(10));
            try
            {
                while (keys.Count > 0)
                {
                    keys.Remove((await reader.ReadAsync(patience.Token)).Key.ToString());
                }

                return;
            }
            catch (OperationCanceledException) when (!Cancelled.IsCancellationRequested)
            {
                // Another round.
            }
        }
    }

    public static ICache CacheOf(this GridFixture grid, InProcessSiloHandle silo, string name = Told) => grid.GridOf(silo).GetCache(name);

    private static async Task<bool> TryWriteAsync(ICache cache, string key)
    {
        try
        {
            await cache.SetAsync(key, "value"u8.ToArray(), cancellationToken: Cancelled);
            return true;
        }
        catch (CacheException)
        {
            return false;
        }
    }
}
