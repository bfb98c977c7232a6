using Orleans.Cache.Client.Routing;

namespace Orleans.Cache.Grains.Topology;

/// <summary>What a silo that is leaving still holds, by a map. Pure.</summary>
internal static class NodeDrain
{
    /// <summary>Whether there is nothing to wait for: the silo holds no copy, or nobody stays who could take them.</summary>
    public static bool IsOver(GridSnapshot snapshot, SiloAddress silo)
    {
        var nodes = snapshot.Message?.Nodes ?? [];
        return !Array.Exists(nodes, node => !node.IsLeaving && !node.Address.Equals(silo)) || CountHeld(snapshot, silo) == 0;
    }

    /// <summary>The partitions of which the silo, which is leaving, holds a copy, and no silo that stays does.</summary>
    public static IEnumerable<int> EndingWith(GridSnapshot snapshot, SiloAddress silo)
    {
        var nodes = snapshot.Message?.Nodes ?? [];
        for (var partition = 0; partition < snapshot.Map.PartitionCount; partition++)
        {
            int[] holders = [snapshot.Map.OwnerOf(partition), .. snapshot.Map.ReplicasOf(partition)];

            // The silo itself may not have the map yet that marks it as leaving: it does not wait for that where no other stays.
            if (Array.Exists(holders, IsItself) && Array.TrueForAll(holders, holder => holder < 0 || IsItself(holder) || nodes[holder].IsLeaving))
            {
                yield return partition;
            }
        }

        bool IsItself(int holder)
        {
            return holder >= 0 && nodes[holder].Address.Equals(silo);
        }
    }

    /// <summary>How many partitions the silo is owner of, or replica in sync.</summary>
    public static int CountHeld(GridSnapshot snapshot, SiloAddress silo)
    {
        var nodes = snapshot.Message?.Nodes ?? [];
        var index = (short)Array.FindIndex(nodes, node => node.Address.Equals(silo));
        var held = 0;
        for (var partition = 0; index >= 0 && partition < snapshot.Map.PartitionCount; partition++)
        {
            held += snapshot.Map.OwnerOf(partition) == index || snapshot.Map.ReplicasOf(partition).Contains(index) ? 1 : 0;
        }

        return held;
    }
}
