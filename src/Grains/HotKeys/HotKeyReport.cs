using Orleans.Cache.Contracts.HotKeys;
using Orleans.Cache.Engine.HotKeys;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Grains.HotKeys;

/// <summary>What this silo says of hot keys, and is told of them. Safe for any number of threads.</summary>
internal sealed class HotKeyReport(HotKeyTables tables, PinnedKeys pins, NodeTopology topology)
{
    /// <summary>The hot keys that this silo owns.</summary>
    public NodeHotKeys Compose()
    {
        var keys = new List<NodeHotKey>();
        foreach (var (cache, table) in tables.All)
        {
            keys.AddRange(table.Hot
                .Where(key => topology.Owns(Slot.Of(key.Key).PartitionOf(topology.Settings.PartitionCount)))
                .Select(key => new NodeHotKey(cache, key.Key, key.ReadsPerSecond, key.WritesPerSecond, key.IsPinned)));
        }

        return new NodeHotKeys(topology.Settings.Name, [.. keys], pins.All);
    }

    /// <summary>Takes what another silo has answered from its copies.</summary>
    public void Take(HotKeyReads[] reads)
    {
        foreach (var (cache, key, count) in reads)
        {
            if (key is not null && count > 0)
            {
                tables.Find(cache)?.OnCopyReads(tables.HashOf(key), count);
            }
        }
    }
}
