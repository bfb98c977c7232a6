namespace Orleans.Cache.Engine.Topology;

/// <summary>Chooses the silos for the further copies of partitions. Pure.</summary>
/// <remarks>
/// A copy goes to the first silo of the partition's preference list that holds none yet and stands in a zone that holds none yet; once
/// every zone holds one, to the first silo that holds none. How many copies a silo gets is not bounded, only likely even.
/// </remarks>
internal static class ReplicaChoice
{
    /// <summary>For every partition <paramref name="replicaCount"/> silos, the next in line first.</summary>
    /// <param name="ring">With at least one silo.</param>
    /// <param name="owners">For every partition its owner.</param>
    /// <param name="replicaCount">Below the number of silos.</param>
    public static short[] Choose(HashRing ring, ReadOnlySpan<short> owners, int replicaCount)
    {
        var replicas = new short[owners.Length * replicaCount];
        if (replicaCount == 0)
        {
            return replicas;
        }

        var (zones, zoneCount) = NumberZones(ring.Members);
        var preference = new short[ring.Members.Count];
        var scratch = new ulong[preference.Length];
        var taken = new bool[preference.Length];
        var zoneTaken = new bool[zoneCount];
        for (var partition = 0; partition < owners.Length; partition++)
        {
            ring.WritePreferenceList(partition, preference, scratch);
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

    private static (int[] Zones, int Count) NumberZones(IReadOnlyList<RingMember> members)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var zones = new int[members.Count];
        for (var silo = 0; silo < members.Count; silo++)
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
