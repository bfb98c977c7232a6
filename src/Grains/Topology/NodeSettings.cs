using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Grains.Topology;

/// <summary>This silo's options as the rest of the silo uses them: names and defaults filled in, once. Immutable.</summary>
internal sealed class NodeSettings
{
    private readonly CacheGridOptions _options;
    private readonly ILocalSiloDetails _silo;
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

    public ShardHostSettings ToShardHostSettings() => new()
    {
        PartitionCount = _options.PartitionCount,
        MemoryBudgetBytes = _options.MemoryBudgetBytes,
        MaxStagedBytes = _options.MaxStagedBytes,
        Limits = _options.Limits,
        Caches = _caches,
    };

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
    };
}
