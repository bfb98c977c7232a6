using System.Diagnostics;

namespace Orleans.Cache.Engine.Topology;

/// <summary>
/// Which silo should own each partition and which should hold further copies: a pure function of the silos and the settings, so every silo
/// of a grid computes the same. Immutable; safe for any number of threads.
/// </summary>
/// <remarks>
/// A partition's owner is the first silo of its preference list, but for the few that <see cref="BoundedLoad"/> puts elsewhere so that
/// every silo's share holds (<see cref="LoadBounds"/>). Replicas: <see cref="ReplicaChoice"/>.
/// </remarks>
[DebuggerDisplay("{PartitionCount} partitions on {Members.Count} silos")]
internal sealed class WantedMap
{
    private readonly short[] _owners;
    private readonly short[] _replicas;
    private readonly int[] _counts;

    private WantedMap(RingMember[] members, short[] owners, short[] replicas, int replicaCount)
    {
        Members = members;
        ReplicaCount = replicaCount;
        _owners = owners;
        _replicas = replicas;
        _counts = new int[members.Length];
        foreach (var owner in owners)
        {
            if (owner != PartitionMap.NoOwner)
            {
                _counts[owner]++;
            }
        }
    }

    /// <summary>In the ordinal order of their names; owners and replicas are indexes into it.</summary>
    public IReadOnlyList<RingMember> Members { get; }

    public int PartitionCount => _owners.Length;

    /// <summary>How many replicas every partition has: as many as were asked for, or as there are further silos.</summary>
    public int ReplicaCount { get; }

    /// <summary>For every partition its owner; <see cref="PartitionMap.NoOwner"/> for all where there are no silos.</summary>
    public ReadOnlySpan<short> Owners => _owners;

    /// <summary>For every partition <see cref="ReplicaCount"/> silos, the next in line first.</summary>
    public ReadOnlySpan<short> Replicas => _replicas;

    /// <summary>Computes the map.</summary>
    /// <param name="members">The grid's silos in any order.</param>
    /// <param name="partitionCount">A power of two, 1 to 16,384.</param>
    /// <param name="replicas">How many copies each partition shall have beside its owner's; 0 or above.</param>
    /// <param name="settings">The same on every silo.</param>
    /// <exception cref="ArgumentException">A limit is broken or two silos have one name; the message says how to mend it.</exception>
    public static WantedMap Compute(
        IReadOnlyCollection<RingMember> members,
        int partitionCount,
        int replicas,
        WantedMapSettings settings)
    {
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfNegative(replicas);
        PartitionCounts.ThrowIfInvalid(partitionCount);
        settings.Validate();

        var sorted = SortByName(members);
        if (sorted.Length == 0)
        {
            var none = new short[partitionCount];
            none.AsSpan().Fill(PartitionMap.NoOwner);
            return new WantedMap(sorted, none, [], replicaCount: 0);
        }

        var ring = new HashRing(sorted, partitionCount);
        var owners = BoundedLoad.Assign(ring, LoadBounds.Of(sorted, partitionCount, settings.Tolerance));
        var replicaCount = Math.Min(replicas, sorted.Length - 1);
        return new WantedMap(sorted, owners, ReplicaChoice.Choose(ring, owners, replicaCount), replicaCount);
    }

    public int OwnerOf(int partition) => _owners[partition];

    public ReadOnlySpan<short> ReplicasOf(int partition) => _replicas.AsSpan(partition * ReplicaCount, ReplicaCount);

    /// <summary>How many partitions a silo should own.</summary>
    public int CountOf(int member) => _counts[member];

    private static RingMember[] SortByName(IReadOnlyCollection<RingMember> members)
    {
        if (members.Count > PartitionMap.MaxSilos)
        {
            throw new ArgumentException($"There are {members.Count} silos; a grid can have {PartitionMap.MaxSilos}.", nameof(members));
        }

        foreach (var member in members)
        {
            ArgumentNullException.ThrowIfNull(member, nameof(members));
            member.Validate();
        }

        var sorted = members.OrderBy(member => member.Name, StringComparer.Ordinal).ToArray();
        for (var index = 1; index < sorted.Length; index++)
        {
            if (string.Equals(sorted[index - 1].Name, sorted[index].Name, StringComparison.Ordinal))
            {
                throw new ArgumentException(
                    $"Two silos have the name '{sorted[index].Name}'. A silo's place on the ring is hashed from its name: give each silo " +
                    "a name of its own, and of a restarted silo pass only the latest run.",
                    nameof(members));
            }
        }

        return sorted;
    }
}
