using System.Collections.Concurrent;
using Orleans.Cache.Client.Loading;
using Orleans.Cache.Client.Near;
using Orleans.Cache.Client.Routing;

namespace Orleans.Cache.Client.Caching;

/// <summary>The grid as a process sees it. Safe for any number of threads.</summary>
internal sealed class CacheGridClient(OperationRouter router, ITopologySource topology, ICacheSerializer serializer, NearCaches near, CacheLoaders loaders) : ICacheGrid
{
    private readonly ConcurrentDictionary<string, ICache> _caches = new(StringComparer.Ordinal);
    private int _names;

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

    public async ValueTask<GridTopology> GetTopologyAsync(CancellationToken cancellationToken = default)
    {
        var known = await topology.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var snapshot = await topology.RefreshAsync(known, cancellationToken).ConfigureAwait(false);
        return snapshot.Map.ToTopology(snapshot.Caches) with { PartitionsLackingCopies = snapshot.CountLackingCopies() };
    }

    public async ValueTask<IReadOnlyList<SiloStatistics>> GetStatisticsAsync(CancellationToken cancellationToken = default)
    {
        var snapshot = await topology.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var answers = await Task.WhenAll(snapshot.Nodes.Select(TryAskAsync)).WaitAsync(cancellationToken).ConfigureAwait(false);
        return [.. answers.OfType<SiloStatistics>()];
    }

    private static async Task<SiloStatistics?> TryAskAsync(RoutedNode node)
    {
        try
        {
            var counted = await node.Door.GetStatisticsAsync().ConfigureAwait(false);
            return new SiloStatistics(counted.Silo, counted.MemoryBudgetBytes, counted.Caches, counted.Snapshots?.ToStatistics());
        }
#pragma warning disable CA1031 // A silo that is gone has no statistics; the others still have theirs.
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
        return new CacheClient(cache, router, topology, serializer, near.Of(cache), loaders.Of(cache));
    }
}
