using System.Collections.Concurrent;
using Orleans.Cache.Client.Events;
using Orleans.Cache.Client.Loading;
using Orleans.Cache.Client.Near;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Client.Caching;

/// <summary>The grid as a process sees it. Safe for any number of threads.</summary>
internal sealed class CacheGridClient(OperationRouter router, ITopologySource topology, ICacheSerializer serializer, NearCaches near, CacheLoaders loaders, EventStreams events) : ICacheGrid
{
    private readonly ConcurrentDictionary<string, ICache> _caches = new(StringComparer.Ordinal);
    private readonly Sessions _sessions = new(router, topology);
    private int _names;

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

    private static async Task<T[]> AskAllAsync<T>(GridSnapshot snapshot, Func<ICacheNode, Task<T>> ask, CancellationToken cancellationToken)
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

    // A number is lost when two threads make the same cache at once, which does no harm.
    private CacheClient Create(string name)
    {
        var cache = new NamedCache(name, Interlocked.Increment(ref _names) - 1, topology);
        return new CacheClient(cache, router, _sessions, topology, serializer, near.Of(cache), loaders.Of(cache), new CacheEvents(cache, events));
    }
}
