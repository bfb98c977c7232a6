using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Orleans.Cache.Engine.Topology;

/// <summary>
/// The silos on the circle of positions, each at as many virtual nodes as its weight asks for. Immutable; safe for any number of threads.
/// </summary>
/// <remarks>
/// 1. A virtual node stands where its silo's stable name and its number hash to, so a silo's places depend on no other silo.
/// 2. A partition stands where its number and the number of all partitions hash to. It belongs to the silo that it meets first clockwise;
///    the order in which it meets the distinct silos is its preference list.
/// 3. Two virtual nodes on one position (never seen) are met in the ordinal order of their silos' names.
/// 4. The hash is XxHash64 with seed 0 of the bytes that <see cref="PositionOf(string,int)"/> and <see cref="PositionOf(int,int)"/> name.
///    All silos and clients of all versions must agree on it: it never changes, guarded by the golden test of HashRingTests.
/// </remarks>
internal sealed class HashRing
{
    private const byte VirtualNodeMark = 1;
    private const byte PartitionMark = 2;

    private readonly RingPosition[] _positions;
    private readonly short[] _silos;

    /// <summary>Puts silos on the ring.</summary>
    /// <param name="members">In the ordinal order of their names, each valid, no name twice.</param>
    /// <param name="virtualNodesPerWeight">Virtual nodes per unit of weight; every silo has at least one.</param>
    public HashRing(IReadOnlyList<RingMember> members, int virtualNodesPerWeight)
    {
        Members = members;
        var nodes = new List<(RingPosition Position, short Silo)>();
        for (short silo = 0; silo < members.Count; silo++)
        {
            var count = Math.Max(1, (int)Math.Round(members[silo].Weight * virtualNodesPerWeight));
            for (var index = 0; index < count; index++)
            {
                nodes.Add((PositionOf(members[silo].Name, index), silo));
            }
        }

        nodes.Sort();
        _positions = [.. nodes.Select(node => node.Position)];
        _silos = [.. nodes.Select(node => node.Silo)];
    }

    /// <summary>In the ordinal order of their names.</summary>
    public IReadOnlyList<RingMember> Members { get; }

    public int VirtualNodeCount => _positions.Length;

    /// <summary>Where a virtual node stands: the hash of the byte 1, the name in UTF-8, and the index in 4 bytes, little-endian.</summary>
    public static RingPosition PositionOf(string name, int index)
    {
        Span<byte> bytes = stackalloc byte[1 + (3 * RingMember.MaxNameLength) + sizeof(int)];
        bytes[0] = VirtualNodeMark;
        var length = 1 + Encoding.UTF8.GetBytes(name, bytes[1..]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[length..], index);
        return new RingPosition(XxHash64.HashToUInt64(bytes[..(length + sizeof(int))]));
    }

    /// <summary>Where a partition stands: the hash of the byte 2, and count and number in 4 bytes each, little-endian.</summary>
    public static RingPosition PositionOf(int partition, int partitionCount)
    {
        Span<byte> bytes = stackalloc byte[1 + (2 * sizeof(int))];
        bytes[0] = PartitionMark;
        BinaryPrimitives.WriteInt32LittleEndian(bytes[1..], partitionCount);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[5..], partition);
        return new RingPosition(XxHash64.HashToUInt64(bytes));
    }

    /// <summary>The distinct silos, as indexes into <see cref="Members"/>, in the order in which a partition meets them.</summary>
    public int[] PreferenceList(int partition, int partitionCount)
    {
        var found = new List<int>(Members.Count);
        var met = new bool[Members.Count];
        var node = FirstAtOrAfter(PositionOf(partition, partitionCount));
        while (found.Count < Members.Count)
        {
            var silo = _silos[node];
            if (!met[silo])
            {
                met[silo] = true;
                found.Add(silo);
            }

            node = node + 1 == _silos.Length ? 0 : node + 1;
        }

        return [.. found];
    }

    /// <summary>
    /// How far it is from each partition to each silo's first virtual node clockwise, for all of them in one sweep around the ring: at
    /// <c>partition * Members.Count + silo</c>. A partition's silos by rising distance are its preference list.
    /// </summary>
    public ulong[] Distances(int partitionCount)
    {
        var silos = Members.Count;
        var partitions = new (RingPosition Position, int Partition)[partitionCount];
        for (var partition = 0; partition < partitionCount; partition++)
        {
            partitions[partition] = (PositionOf(partition, partitionCount), partition);
        }

        Array.Sort(partitions);

        // Against the clock, so that the silo's next virtual node is known at every partition; it begins with those beyond position 0.
        var next = new RingPosition[silos];
        for (var node = _positions.Length - 1; node >= 0; node--)
        {
            next[_silos[node]] = _positions[node];
        }

        var distances = new ulong[(long)partitionCount * silos];
        var ahead = _positions.Length - 1;
        for (var index = partitionCount - 1; index >= 0; index--)
        {
            var (position, partition) = partitions[index];
            for (; ahead >= 0 && _positions[ahead].CompareTo(position) >= 0; ahead--)
            {
                next[_silos[ahead]] = _positions[ahead];
            }

            for (var silo = 0; silo < silos; silo++)
            {
                distances[(partition * silos) + silo] = position.DistanceTo(next[silo]);
            }
        }

        return distances;
    }

    private int FirstAtOrAfter(RingPosition position)
    {
        var found = Array.BinarySearch(_positions, position);
        if (found < 0)
        {
            return ~found == _positions.Length ? 0 : ~found;
        }

        // Of several nodes on one position the search finds any; the first counts.
        while (found > 0 && _positions[found - 1] == position)
        {
            found--;
        }

        return found;
    }
}
