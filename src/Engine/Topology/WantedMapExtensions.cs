using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Engine.Topology;

/// <summary>The wanted map in the words of the copies.</summary>
internal static class WantedMapExtensions
{
    /// <summary>For every partition where it should be.</summary>
    /// <param name="map">The wanted map.</param>
    /// <param name="numberOf">The number that the grid has given to a member of the map, by its index.</param>
    public static WantedCopies[] ToWantedCopies(this WantedMap map, Func<int, int> numberOf)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(numberOf);
        var copies = new WantedCopies[map.PartitionCount];
        for (var partition = 0; partition < copies.Length; partition++)
        {
            var owner = map.OwnerOf(partition);
            var nodes = new int[1 + map.ReplicaCount];
            nodes[0] = numberOf(owner);
            for (var replica = 0; replica < map.ReplicaCount; replica++)
            {
                nodes[replica + 1] = numberOf(map.ReplicasOf(partition)[replica]);
            }

            copies[partition] = new WantedCopies(nodes[0], nodes);
        }

        return copies;
    }
}
