using System.Diagnostics;

namespace Orleans.Cache.Engine.Topology;

/// <summary>
/// Which silo owns each partition, under which epoch, and which hold further copies: the actual map, that the grid routes by. One immutable
/// snapshot with a version; safe for any number of threads; every look-up takes constant time and allocates nothing, unless said.
/// </summary>
/// <remarks>
/// 1. Silos stand in the ordinal order of their names, each name once; partitions refer to them by index, <see cref="NoOwner"/> for none.
/// 2. A partition's replicas are distinct, none is its owner, and a partition without an owner has none.
/// 3. A partition's epoch is raised by one at every change of owner, to or from none included; another run of a silo is another owner,
///    since its memory is gone. So a partition that ever had an owner has an epoch of at least 1.
/// </remarks>
[DebuggerDisplay("version {Version}, {PartitionCount} partitions on {Silos.Count} silos")]
internal sealed class PartitionMap : IVersionedSnapshot
{
    /// <summary>What stands for a silo's index where there is none.</summary>
    public const short NoOwner = -1;

    /// <summary>More silos than indexes of 16 bits could tell apart.</summary>
    public const int MaxSilos = short.MaxValue;

    private readonly MapSilo[] _silos;
    private readonly short[] _owners;
    private readonly long[] _epochs;
    private readonly short[] _replicas;

    // Partitions sorted by owner (those without one last), and where each silo's begin.
    private readonly int[] _byOwner;
    private readonly int[] _begins;

    /// <summary>Makes a map of raw arrays, as they come from the network. They are not copied and must not change afterwards.</summary>
    /// <param name="version">0 or above; 0 is the empty map that a process starts with.</param>
    /// <param name="partitionCount">A power of two, 1 to 16,384.</param>
    /// <param name="silos">In the ordinal order of their names.</param>
    /// <param name="owners">For every partition the index of its owner, or <see cref="NoOwner"/>.</param>
    /// <param name="epochs">For every partition its epoch.</param>
    /// <param name="replicas">
    /// For every partition <paramref name="replicaSlots"/> indexes of silos, filled up with <see cref="NoOwner"/> at the end.
    /// </param>
    /// <param name="replicaSlots">The most replicas that a partition of this map has.</param>
    /// <exception cref="InvalidDataException">The parts contradict each other; the message says which.</exception>
    public PartitionMap(
        long version,
        int partitionCount,
        IReadOnlyList<MapSilo> silos,
        short[] owners,
        long[] epochs,
        short[] replicas,
        int replicaSlots)
    {
        ArgumentNullException.ThrowIfNull(silos);
        ArgumentNullException.ThrowIfNull(owners);
        ArgumentNullException.ThrowIfNull(epochs);
        ArgumentNullException.ThrowIfNull(replicas);
        PartitionMapValidation.ThrowIfInconsistent(version, partitionCount, silos, owners, epochs, replicas, replicaSlots);

        Version = version;
        PartitionCount = partitionCount;
        ReplicaSlots = replicaSlots;
        _silos = [.. silos];
        _owners = owners;
        _epochs = epochs;
        _replicas = replicas;
        (_byOwner, _begins) = SortByOwner(owners, _silos.Length);
    }

    public long Version { get; }

    public int PartitionCount { get; }

    /// <summary>In the ordinal order of their names.</summary>
    public IReadOnlyList<MapSilo> Silos => _silos;

    /// <summary>For every partition the index of its owner, or <see cref="NoOwner"/>; for the wire.</summary>
    public ReadOnlyMemory<short> Owners => _owners;

    /// <summary>For every partition its epoch; for the wire.</summary>
    public ReadOnlyMemory<long> Epochs => _epochs;

    /// <summary>For every partition <see cref="ReplicaSlots"/> indexes, filled up with <see cref="NoOwner"/>; for the wire.</summary>
    public ReadOnlyMemory<short> Replicas => _replicas;

    /// <summary>The most replicas that a partition of this map has.</summary>
    public int ReplicaSlots { get; }

    /// <summary>The map of a grid that has no silos yet, at version 0.</summary>
    public static PartitionMap Empty(int partitionCount)
    {
        PartitionCounts.ThrowIfInvalid(partitionCount);
        var owners = new short[partitionCount];
        owners.AsSpan().Fill(NoOwner);
        return new PartitionMap(0, partitionCount, [], owners, new long[partitionCount], [], replicaSlots: 0);
    }

    /// <summary>The index of the partition's owner in <see cref="Silos"/>, or <see cref="NoOwner"/>.</summary>
    public int OwnerOf(int partition) => _owners[partition];

    /// <summary>The partition's owner, or <see langword="null"/> if it has none.</summary>
    public MapSilo? OwnerSiloOf(int partition) => _owners[partition] is >= 0 and var owner ? _silos[owner] : null;

    /// <summary>The partition's epoch; 0 while it never had an owner.</summary>
    public long EpochOf(int partition) => _epochs[partition];

    /// <summary>The indexes of the silos that hold further copies, the next in line first.</summary>
    public ReadOnlySpan<short> ReplicasOf(int partition)
    {
        var slots = _replicas.AsSpan(partition * ReplicaSlots, ReplicaSlots);
        var end = slots.IndexOf(NoOwner);
        return end < 0 ? slots : slots[..end];
    }

    /// <summary>The partitions that a silo owns, in rising order. Allocates a view, not a copy.</summary>
    public IReadOnlyList<int> PartitionsOf(int silo) => new ArraySegment<int>(_byOwner, _begins[silo], CountOf(silo));

    /// <summary>How many partitions a silo owns.</summary>
    public int CountOf(int silo) => _begins[silo + 1] - _begins[silo];

    /// <summary>The index of a silo by its name, or <see cref="NoOwner"/>. Takes the logarithm of the number of silos.</summary>
    public int IndexOf(string name)
    {
        var low = 0;
        var high = _silos.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var order = string.CompareOrdinal(_silos[middle].Name, name);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return NoOwner;
    }

    /// <summary>The map that follows this one when the grid's silos are these and the wanted map of them shall hold at once.</summary>
    /// <param name="version">Higher than <see cref="Version"/>.</param>
    /// <param name="silos">The silos that the wanted map was computed from, in any order.</param>
    /// <param name="wanted">Of the same number of partitions.</param>
    /// <exception cref="ArgumentException">The version is not higher, or silos and wanted map do not belong together.</exception>
    public PartitionMap Next(long version, IReadOnlyList<MapSilo> silos, WantedMap wanted)
    {
        ArgumentNullException.ThrowIfNull(silos);
        ArgumentNullException.ThrowIfNull(wanted);
        if (version <= Version)
        {
            throw new ArgumentException(
                $"Version {version} cannot follow version {Version} of the partition map: versions rise. Read the current map again.",
                nameof(version));
        }

        if (wanted.PartitionCount != PartitionCount)
        {
            throw new ArgumentException(
                $"The wanted map has {wanted.PartitionCount} partitions, this map {PartitionCount}. Their number is fixed for the life of " +
                "a grid: give all silos the same.",
                nameof(wanted));
        }

        var sorted = silos.OrderBy(silo => silo.Name, StringComparer.Ordinal).ToArray();
        if (!sorted.Select(silo => silo.Name).SequenceEqual(wanted.Members.Select(member => member.Name), StringComparer.Ordinal))
        {
            throw new ArgumentException("These are not the silos that the wanted map was computed from.", nameof(silos));
        }

        var before = Array.ConvertAll(sorted, IndexOfRun);
        var owners = wanted.Owners.ToArray();
        var epochs = new long[PartitionCount];
        for (var partition = 0; partition < epochs.Length; partition++)
        {
            var owner = owners[partition];
            var same = owner == NoOwner ? _owners[partition] == NoOwner : before[owner] == _owners[partition];
            epochs[partition] = same ? _epochs[partition] : _epochs[partition] + 1;
        }

        return new PartitionMap(version, PartitionCount, sorted, owners, epochs, wanted.Replicas.ToArray(), wanted.ReplicaCount);
    }

    /// <summary>The map as users see it. Copies.</summary>
    /// <param name="caches">The names of the grid's caches.</param>
    public GridTopology ToTopology(IReadOnlyList<string> caches) => new()
    {
        Version = Version,
        PartitionCount = PartitionCount,
        Silos = [.. _silos.Select(ToGridSilo)],
        Owners = Array.ConvertAll(_owners, owner => (int)owner),
        Epochs = [.. _epochs],
        Caches = [.. caches],
    };

    /// <summary>The index here of the same run of a silo; another number than any owner's, <see cref="NoOwner"/> included, if none.</summary>
    private int IndexOfRun(MapSilo silo) => IndexOf(silo.Name) is >= 0 and var index && _silos[index].IsSameRunAs(silo) ? index : -2;

    private GridSilo ToGridSilo(MapSilo silo, int index) => new()
    {
        Name = silo.Name,
        Address = silo.Address,
        Gateway = silo.Gateway,
        Weight = silo.Weight,
        Zone = silo.Zone,
        Partitions = CountOf(index),
    };

    private static (int[] ByOwner, int[] Begins) SortByOwner(short[] owners, int silos)
    {
        var begins = new int[silos + 2];
        foreach (var owner in owners)
        {
            begins[(owner == NoOwner ? silos : owner) + 1]++;
        }

        for (var silo = 0; silo <= silos; silo++)
        {
            begins[silo + 1] += begins[silo];
        }

        var byOwner = new int[owners.Length];
        var next = begins.ToArray();
        for (var partition = 0; partition < owners.Length; partition++)
        {
            var owner = owners[partition] == NoOwner ? silos : owners[partition];
            byOwner[next[owner]++] = partition;
        }

        return (byOwner, begins);
    }
}
