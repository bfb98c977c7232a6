namespace Orleans.Cache.Engine.Topology;

/// <summary>Chooses the silos for the further copies of partitions. Pure.</summary>
/// <remarks>
/// A copy goes to the first silo of the partition's preference list that holds none yet and stands in a zone that holds none yet; once
/// every zone holds one, to the first silo that holds none. So the silo that would own the partition but for the bound on its load is
/// the first in line when it has no other zone's copy before it.
/// </remarks>
internal static class ReplicaChoice
{
    /// <summary>For every partition <paramref name="replicaCount"/> silos, the next in line first.</summary>
    /// <param name="distances">See <see cref="HashRing.Distances"/>.</param>
    /// <param name="owners">For every partition its owner.</param>
    /// <param name="members">The silos.</param>
    /// <param name="replicaCount">Below the number of silos.</param>
    public static short[] Choose(ReadOnlySpan<ulong> distances, ReadOnlySpan<short> owners, RingMember[] members, int replicaCount)
    {
        var replicas = new short[owners.Length * replicaCount];
        if (replicaCount == 0)
        {
            return replicas;
        }

        var (zones, zoneCount) = NumberZones(members);
        var preference = new short[members.Length];
        var keys = new ulong[members.Length];
        var taken = new bool[members.Length];
        var zoneTaken = new bool[zoneCount];
        for (var partition = 0; partition < owners.Length; partition++)
        {
            distances.Slice(partition * members.Length, members.Length).CopyTo(keys);
            for (short silo = 0; silo < preference.Length; silo++)
            {
                preference[silo] = silo;
            }

            // Equal distances (never seen) may come in any order here, but in the same one everywhere: the sort is deterministic.
            Array.Sort(keys, preference);
            Array.Clear(taken);
            Array.Clear(zoneTaken);
            taken[owners[partition]] = true;
            zoneTaken[zones[owners[partition]]] = true;
            var chosen = replicas.AsSpan(partition * replicaCount, replicaCount);
            for (var copy = 0; copy < chosen.Length; copy++)
            {
                var silo = FirstFree(preference, taken, zones, zoneTaken);
                chosen[copy] = silo;
                taken[silo] = true;
                zoneTaken[zones[silo]] = true;
            }
        }

        return replicas;
    }

    private static short FirstFree(short[] preference, bool[] taken, int[] zones, bool[] zoneTaken)
    {
        short fallback = PartitionMap.NoOwner;
        foreach (var silo in preference)
        {
            if (taken[silo])
            {
                continue;
            }

            if (!zoneTaken[zones[silo]])
            {
                return silo;
            }

            if (fallback == PartitionMap.NoOwner)
            {
                fallback = silo;
            }
        }

        return fallback;
    }

    private static (int[] Zones, int Count) NumberZones(RingMember[] members)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var zones = new int[members.Length];
        for (var silo = 0; silo < members.Length; silo++)
        {
            if (!numbers.TryGetValue(members[silo].Zone, out zones[silo]))
            {
                zones[silo] = numbers.Count;
                numbers.Add(members[silo].Zone, zones[silo]);
            }
        }

        return (zones, numbers.Count);
    }
}
