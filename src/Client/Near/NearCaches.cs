using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Client.Telemetry;
using Orleans.Cache.Contracts.Topology;

namespace Orleans.Cache.Client.Near;

/// <summary>The near caches of a process, and the silos that they follow. Safe for any number of threads.</summary>
internal sealed class NearCaches : IDisposable
{
    public const int SweepMilliseconds = 1000;

    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMilliseconds(SweepMilliseconds);

    private readonly ConcurrentDictionary<string, NearCache> _caches = new(StringComparer.Ordinal);
    private readonly Dictionary<RoutedNode, FeedReader> _readers = [];
    private readonly Lock _lock = new();
    private readonly CacheNearOptions _options;
    private readonly ITopologySource _topology;
    private readonly LocalShards? _local;
    private readonly ILogger<NearCaches> _logger;
    private ITimer? _sweeper;
    private volatile NearTrust? _trust;
    private bool _isDisposed;

    public NearCaches(ITopologySource topology, IOptions<CacheGridClientOptions> options, TimeProvider time, LaneMetrics metrics, ILogger<NearCaches> logger, Func<OperationRouter> router, LocalShards? local = null)
    {
        _topology = topology;
        _options = options.Value.NearCache;
        _logger = logger;
        _local = local;
        Router = router;
        Time = time;
        Clock = new NearClock(time);
        NearMetrics.Observe(metrics.Meter, this);
    }

    /// <summary>What brings renewals to owners. Asked for when there are some: routers have need of near caches too.</summary>
    public Func<OperationRouter> Router { get; }

    public TimeProvider Time { get; }

    public NearClock Clock { get; }

    /// <summary>The name under which silos know this process.</summary>
    public Guid Subscriber { get; } = Guid.NewGuid();

    /// <summary>Whether writes are to wait for this process.</summary>
    public bool AreStrict { get; private set; }

    /// <summary>Within how many milliseconds news are needed.</summary>
    public long ShortestStaleness { get; private set; } = long.MaxValue;

    /// <summary>Those that this process uses.</summary>
    public IEnumerable<NearCache> All => _caches.Values;

    public NearTrust? Trust => _trust;

    /// <summary>The near cache of a cache, which may be off.</summary>
    public NearCache Of(NamedCache cache) => _caches.GetOrAdd(cache.Name, static (_, of) => new NearCache(of.cache, of.all, of.all._options), (cache, all: this));

    public NearCache? Find(string name) => _caches.GetValueOrDefault(name);

    /// <summary>Begins to follow the grid's silos, for a cache whose near copies are to be kept.</summary>
    /// <returns>What its copies go by.</returns>
    public NearTrust Follow(GridSnapshot snapshot, NearCacheMessage near)
    {
        lock (_lock)
        {
            AreStrict |= near.Mode == CacheNearMode.Strict;
            ShortestStaleness = Math.Min(ShortestStaleness, (long)near.Staleness.TotalMilliseconds);
            if (_trust is { } known)
            {
                return known;
            }

            var trust = new NearTrust(snapshot.Map.PartitionCount);
            _trust = trust;
            _topology.Changed += (_, current) => Follow(current);
            _sweeper = Time.CreateTimer(_ => Sweep(), null, SweepPeriod, SweepPeriod);
            FollowLocked(snapshot);
            return trust;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _sweeper?.Dispose();
            foreach (var reader in _readers.Values)
            {
                reader.Dispose();
            }

            _readers.Clear();
        }
    }

    private void Follow(GridSnapshot snapshot)
    {
        lock (_lock)
        {
            FollowLocked(snapshot);
        }
    }

    private void FollowLocked(GridSnapshot snapshot)
    {
        if (_isDisposed)
        {
            return;
        }

        foreach (var gone in _readers.Keys.Where(node => !snapshot.Nodes.Contains(node)).ToArray())
        {
            _readers.Remove(gone, out var reader);
            reader!.Dispose();
        }

        // What is in this process is read there.
        foreach (var node in snapshot.Nodes.Where(node => !_readers.ContainsKey(node) && _local?.Silo.Equals(node.Descriptor.Address) != true))
        {
            var reader = new FeedReader(node, this, _trust!, _logger);
            _readers.Add(node, reader);
            reader.Start();
        }
    }

    private void Sweep()
    {
        foreach (var cache in _caches.Values)
        {
            cache.Sweep();
        }
    }
}
