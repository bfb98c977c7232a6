using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.Engine.Events;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Grains.Topology;

/// <summary>This silo's options as the rest of the silo uses them: names and defaults filled in, once. Immutable.</summary>
internal sealed class NodeSettings
{
    private readonly CacheGridOptions _options;
    private readonly ILocalSiloDetails _silo;
    private static readonly CacheOptions NoOptions = new();
    private readonly Dictionary<string, CacheOptions> _caches;

    public NodeSettings(CacheGridOptions options, ILocalSiloDetails silo)
    {
        _options = options;
        _silo = silo;
        Name = options.SiloName ?? silo.Name;
        _caches = new(options.Caches, StringComparer.Ordinal);
        _caches.TryAdd(ICacheGrid.DefaultCache, new CacheOptions());
    }

    /// <summary>The silo's stable name.</summary>
    public string Name { get; }

    public int PartitionCount => _options.PartitionCount;

    /// <summary>See <see cref="CacheGridOptions.Replicas"/>.</summary>
    public int Replicas => _options.Replicas;

    /// <summary>See <see cref="CacheReplicationOptions.LeaseDuration"/>.</summary>
    public TimeSpan LeaseDuration => _options.Replication.LeaseDuration;

    /// <summary>See <see cref="CacheReplicationOptions.ConcurrentMoves"/>.</summary>
    public int ConcurrentMoves => _options.Replication.ConcurrentMoves;

    /// <summary>See <see cref="CacheReplicationOptions.MoveBytesPerSecond"/>.</summary>
    public long MoveBytesPerSecond => _options.Replication.MoveBytesPerSecond;

    /// <summary>See <see cref="CacheReplicationOptions.RepairInterval"/>.</summary>
    public TimeSpan RepairInterval => _options.Replication.RepairInterval;

    /// <summary>See <see cref="CacheReplicationOptions.DrainTimeout"/>.</summary>
    public TimeSpan DrainTimeout => _options.Replication.DrainTimeout;

    /// <summary>The options of a cache.</summary>
    public CacheOptions OptionsOf(string cache) => _caches.TryGetValue(cache, out var options) ? options : NoOptions;

    /// <summary>See <see cref="CacheGridOptions.Snapshots"/>.</summary>
    public CacheSnapshotOptions Snapshots => _options.Snapshots;

    /// <summary>What the copies and the authority go by. Most times follow from the lease.</summary>
    /// <param name="time">Whose ticks they are in.</param>
    public ReplicationSettings ToReplicationSettings(TimeProvider time)
    {
        var lease = (long)(LeaseDuration.TotalSeconds * time.TimestampFrequency);
        return new()
        {
            LeaseTicks = lease,
            ClockDriftPerMille = 10,
            BeatTicks = lease / 5,

            // As late as the authority leaves time to record it before the lease is over: a replica that is dropped takes no more of what is acknowledged.
            SuspectTicks = lease * 4 / 5,
            ResendTicks = lease / 5,
            TenureTicks = (long)(_options.Replication.Tenure.TotalSeconds * time.TimestampFrequency),
            RenewTicks = time.TimestampFrequency,
            StalenessTicks = lease * 2,
            HandoverTicks = lease * 2,
            HandoverRoundTripTicks = lease / 20,
            HandoverPatienceTicks = lease * 6,
            Copies = _options.Replicas + 1,
            TailRecords = 128,
            OperationsKept = 4096,
            OperationsKeptTicks = 10 * time.TimestampFrequency,
            MaxUncommitted = 1024,
            BatchRecords = 64,
            ChunkEntries = 512,
            FirstEpoch = () => Math.Max(1, time.GetUtcNow().ToUnixTimeSeconds()),
        };
    }

    public ShardHostSettings ToShardHostSettings() => new()
    {
        PartitionCount = _options.PartitionCount,
        MemoryBudgetBytes = _options.MemoryBudgetBytes,
        MaxStagedBytes = _options.MaxStagedBytes,
        Limits = _options.Limits,
        Caches = _caches,
        Events = _caches.Values.Any(static cache => cache.Events) ? new EventBuffer(_options.Events.BufferBytes) : null,
    };

    /// <summary>See <see cref="CacheEventsOptions.StreamProvider"/>.</summary>
    public string EventStreamProvider => _options.Events.StreamProvider;

    /// <param name="nodeType">The grain type of the silo's door.</param>
    public NodeDescriptor ToDescriptor(string nodeType) => new()
    {
        Name = Name,
        Address = _silo.SiloAddress,
        Gateway = _silo.GatewayAddress,
        NodeType = nodeType,
        Weight = _options.Weight,
        Zone = _options.Zone,
        PartitionCount = _options.PartitionCount,
        Caches = [.. _caches.Keys.Order(StringComparer.Ordinal)],
        Limits = LimitsMessage.From(_options.Limits),
        Replicas = _options.Replicas,
        LeaseDuration = LeaseDuration,
        Tenure = _options.Replication.Tenure,
    };
}
