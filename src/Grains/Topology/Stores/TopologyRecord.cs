namespace Orleans.Cache.Grains.Topology.Stores;

/// <summary>The grid's record as it lies in a storage of grains. Append-only.</summary>
[GenerateSerializer, Alias("orleans.cache.topology-record")]
internal sealed class TopologyRecord
{
    /// <summary>1 for the first record; each write adds 1. 0: nothing is stored.</summary>
    [Id(0)]
    public long Version { get; set; }

    /// <summary>As docs/formats/topology.md has it.</summary>
    [Id(1)]
    public byte[] Content { get; set; } = [];
}
