using System.Collections.Concurrent;
using Orleans.Cache.Client.Events;
using Orleans.Cache.Client.HotKeys;
using Orleans.Cache.Client.Loading;
using Orleans.Cache.Client.Near;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Client.Caching;

/// <summary>The grid as a process sees it. Safe for any number of threads.</summary>
internal sealed class CacheGridClient(
    OperationRouter router,
    ITopologySource topology,
    ICacheSerializer serializer,
    NearCaches near,
    CacheLoaders loaders,
    EventStreams events,
    NamedCaches named,
    TimeProvider time) : ICacheGrid
{
    private readonly ConcurrentDictionary<string, ICache> _caches = new(StringComparer.Ordinal);
    private readonly Sessions _sessions = new(router, topology);
    private readonly HotKeyPins _pins = new(topology, time);

    public CacheSession? CurrentSession => Sessions.Current;

    public ICache GetCache(string name = ICacheGrid.DefaultCache)
    {
        if (!CacheName.IsValid(name))
        {
            throw CacheRequestException.InvalidCacheName(name);
        }

        var snapshot = topology.Current;
        return !snapshot.IsKnown || snapshot.HasCache(name)
            ? _caches.GetOrAdd(name, static (name, grid) => grid.Create(name), this)
            : throw CacheRequestException.UnknownCache(name, snapshot.Caches);
    }

    public CacheSession StartSession(CacheSessionToken? token = null) => Sessions.Start(token);

    public async ValueTask<GridTopology> GetTopologyAsync(CancellationToken cancellationToken = default)
    {
        var known = await topology.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var snapshot = await topology.RefreshAsync(known, cancellationToken).ConfigureAwait(false);
        return snapshot.Map.ToTopology(snapshot.Caches) with { PartitionsLackingCopies = snapshot.CountLackingCopies() };
    }

    public async ValueTask<IReadOnlyList<SiloStatistics>> GetStatisticsAsync(CancellationToken cancellationToken = default)
    {
        var snapshot = await topology.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await AskAllAsync(
            snapshot,
            static async door =>
            {
                var counted = await door.GetStatisticsAsync().ConfigureAwait(false);
                return new SiloStatistics(counted.Silo, counted.MemoryBudgetBytes, counted.Caches, counted.Snapshots?.ToStatistics());
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<SiloMoves>> GetMovesAsync(CancellationToken cancellationToken = default)
    {
        var snapshot = await topology.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await AskAllAsync(snapshot, static async door => (await door.GetMovesAsync().ConfigureAwait(false)).ToMoves(), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<HotKeyStatus>> GetHotKeysAsync(CancellationToken cancellationToken = default)
    {
        var snapshot = await topology.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var silos = await AskAllAsync(snapshot, static async door => await door.GetHotKeysAsync().ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return
        [
            .. silos
                .SelectMany(silo => silo.Keys.Select(key => new HotKeyStatus(
                    key.Cache, key.Key, silo.Silo, Math.Min(snapshot.NearCacheOf(key.Cache).HotCopies, snapshot.Nodes.Count - 1), key.ReadsPerSecond, key.WritesPerSecond, key.IsPinned)))
                .OrderByDescending(static key => key.ReadsPerSecond),
        ];
    }

    public ValueTask PinHotKeyAsync(string cache, CacheKey key, CancellationToken cancellationToken = default) => _pins.SetAsync(cache, key, isPinned: true, cancellationToken);

    public ValueTask UnpinHotKeyAsync(string cache, CacheKey key, CancellationToken cancellationToken = default) => _pins.SetAsync(cache, key, isPinned: false, cancellationToken);

    internal static async Task<T[]> AskAllAsync<T>(GridSnapshot snapshot, Func<ICacheNode, Task<T>> ask, CancellationToken cancellationToken)
        where T : class
    {
        var answers = await Task.WhenAll(snapshot.Nodes.Select(node => TryAskAsync(node, ask))).WaitAsync(cancellationToken).ConfigureAwait(false);
        return [.. answers.OfType<T>()];
    }

    private static async Task<T?> TryAskAsync<T>(RoutedNode node, Func<ICacheNode, Task<T>> ask)
        where T : class
    {
        try
        {
            return await ask(node.Door).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A silo that is gone has nothing to say; the others still have.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    private CacheClient Create(string name)
    {
        var cache = named.Of(name);
        return new CacheClient(cache, router, _sessions, topology, serializer, near.Of(cache), loaders.Of(cache), new CacheEvents(cache, events));
    }
}
