using System.Diagnostics.CodeAnalysis;

namespace Orleans.Cache.Engine.Topology;

/// <summary>What must be true of the parts of a <see cref="PartitionMap"/>, wherever they came from.</summary>
internal static class PartitionMapValidation
{
    /// <exception cref="InvalidDataException">The parts contradict each other; the message says which.</exception>
    public static void ThrowIfInconsistent(
        long version,
        int partitionCount,
        IReadOnlyList<MapSilo> silos,
        ReadOnlySpan<short> owners,
        ReadOnlySpan<long> epochs,
        ReadOnlySpan<short> replicas,
        int replicaSlots)
    {
        if (version < 0)
        {
            Refuse($"its version is {version}; it must be 0 or above");
        }

        if (!PartitionCounts.IsValid(partitionCount))
        {
            Refuse(PartitionCounts.Describe(partitionCount));
        }

        CheckSilos(silos);
        if (replicaSlots < 0 || replicaSlots > silos.Count)
        {
            Refuse($"it has room for {replicaSlots} replicas of a partition, but {silos.Count} silos");
        }

        if (owners.Length != partitionCount || epochs.Length != partitionCount || replicas.Length != (long)partitionCount * replicaSlots)
        {
            Refuse(
                $"{partitionCount} partitions with room for {replicaSlots} replicas do not go with {owners.Length} owners, " +
                $"{epochs.Length} epochs and {replicas.Length} replicas");
        }

        for (var partition = 0; partition < partitionCount; partition++)
        {
            CheckOwner(partition, silos.Count, owners[partition], epochs[partition]);
            CheckReplicas(partition, silos.Count, owners[partition], replicas.Slice(partition * replicaSlots, replicaSlots));
        }
    }

    private static void CheckSilos(IReadOnlyList<MapSilo> silos)
    {
        if (silos.Count > PartitionMap.MaxSilos)
        {
            Refuse($"it has {silos.Count} silos; the most are {PartitionMap.MaxSilos}");
        }

        for (var index = 0; index < silos.Count; index++)
        {
            var silo = silos[index];
            if (silo is null || string.IsNullOrEmpty(silo.Address) || silo.Gateway is null)
            {
                Refuse($"silo {index} has no address or a null gateway, or is null itself");
            }

            try
            {
                silo.ToMember().Validate();
            }
            catch (ArgumentException exception)
            {
                Refuse(exception.Message, exception);
            }

            if (index > 0 && string.CompareOrdinal(silos[index - 1].Name, silo.Name) >= 0)
            {
                Refuse($"silo '{silo.Name}' is there twice, or the silos are not in the ordinal order of their names");
            }
        }
    }

    private static void CheckOwner(int partition, int silos, short owner, long epoch)
    {
        if (owner < PartitionMap.NoOwner || owner >= silos)
        {
            Refuse($"partition {partition} is owned by silo {owner}, but there are {silos} silos");
        }

        if (epoch < (owner == PartitionMap.NoOwner ? 0 : 1))
        {
            Refuse($"partition {partition}, owned by silo {owner}, is at epoch {epoch}");
        }
    }

    private static void CheckReplicas(int partition, int silos, short owner, ReadOnlySpan<short> slots)
    {
        var end = slots.IndexOf(PartitionMap.NoOwner);
        var replicas = end < 0 ? slots : slots[..end];
        if (slots[replicas.Length..].ContainsAnyExcept(PartitionMap.NoOwner))
        {
            Refuse($"the replicas of partition {partition} have a gap");
        }

        for (var index = 0; index < replicas.Length; index++)
        {
            var replica = replicas[index];
            if (replica < 0 || replica >= silos)
            {
                Refuse($"partition {partition} has a replica on silo {replica}, but there are {silos} silos");
            }

            if (replica == owner || replicas[..index].Contains(replica))
            {
                Refuse($"partition {partition} has two copies on silo {replica}");
            }
        }
    }

    [DoesNotReturn]
    private static void Refuse(string what, Exception? inner = null) =>
        throw new InvalidDataException($"The partition map is inconsistent: {what.TrimEnd('.')}.", inner);
}
