using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
using System.Text;

namespace Orleans.Cache.Engine.Topology;

/// <summary>
/// The silos on the circle of positions, by virtual nodes, for one number of partitions. Immutable; safe for any number of threads.
/// </summary>
/// <remarks>
/// <para>
/// 1. The circle has as many equal sectors as there are partitions; partition p stands where sector p begins.
/// 2. Every silo has one virtual node in every sector. So a partition meets every silo within its own sector: the nearest first, which is
///    where the partition belongs; the order of the meetings is its preference list.
/// 3. How far into its sector a silo's node stands is its rank: the silo's nodes are ordered by the hash of its name and the sector's
///    number, and the r-th of n stands at the expected place of the r-th of n exponential variables, divided by the silo's weight. The
///    first of several exponential variables falls to each in proportion to its rate: hence the shares by weight.
/// 4. A silo's places depend on no other silo, so a silo that joins takes partitions, and moves none between the others.
/// </para>
/// <para>
/// So it is rendezvous hashing, with weights by exponential scores, drawn as a ring. Ranks instead of bare hashes halve what chance does to
/// the shares, and a node in every sector instead of 100 to 200 anywhere takes out what neighbouring partitions have in common:
/// docs/decisions/0003-ring-and-bounded-load.md. The places must be the same on every machine and in every version, for ever: the hash is
/// XxHash64 with seed 0, the arithmetic IEEE 754 division and addition, without a library's logarithm. Guarded by the golden tests of
/// HashRingTests.
/// </para>
/// </remarks>
internal sealed class HashRing
{
    private readonly ulong[] _distances;

    /// <summary>Puts silos on the ring.</summary>
    /// <param name="members">In the ordinal order of their names, each valid, no name twice.</param>
    /// <param name="partitionCount">A power of two, 1 to 16,384.</param>
    public HashRing(IReadOnlyList<RingMember> members, int partitionCount)
    {
        PartitionCounts.ThrowIfInvalid(partitionCount);
        Members = members;
        PartitionCount = partitionCount;
        _distances = new ulong[(long)partitionCount * members.Count];

        var ranked = new ulong[partitionCount];
        var sectors = new int[partitionCount];
        for (var silo = 0; silo < members.Count; silo++)
        {
            for (var sector = 0; sector < partitionCount; sector++)
            {
                ranked[sector] = Hash(members[silo].Name, sector);
                sectors[sector] = sector;
            }

            Array.Sort(ranked, sectors);
            Place(silo, ranked, sectors);
        }
    }

    /// <summary>In the ordinal order of their names.</summary>
    public IReadOnlyList<RingMember> Members { get; }

    public int PartitionCount { get; }

    /// <summary>
    /// How far it is clockwise from each partition to the node at which it meets each silo: at <c>partition * Members.Count + silo</c>.
    /// </summary>
    public ReadOnlySpan<ulong> Distances => _distances;

    /// <summary>The hash that ranks a silo's nodes: of the name in UTF-8 and the sector's number in 4 bytes, little-endian.</summary>
    public static ulong Hash(string name, int sector)
    {
        Span<byte> bytes = stackalloc byte[(3 * RingMember.MaxNameLength) + sizeof(int)];
        var length = Encoding.UTF8.GetBytes(name, bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[length..], sector);
        return XxHash64.HashToUInt64(bytes[..(length + sizeof(int))]);
    }

    /// <summary>Where a partition stands.</summary>
    public RingPosition PositionOf(int partition) => RingPosition.Divide(partition, PartitionCount);

    /// <summary>Where the virtual node stands at which a partition meets a silo.</summary>
    public RingPosition PositionOf(int partition, int silo) => PositionOf(partition).Clockwise(DistanceOf(partition, silo));

    /// <summary>The silos, as indexes into <see cref="Members"/>, in the order in which a partition meets them.</summary>
    public short[] PreferenceList(int partition)
    {
        var preference = new short[Members.Count];
        WritePreferenceList(partition, preference, new ulong[preference.Length]);
        return preference;
    }

    /// <summary>As <see cref="PreferenceList"/>, into the caller's memory, for callers that ask for all partitions.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="preference">As many as there are silos.</param>
    /// <param name="scratch">As many as there are silos.</param>
    public void WritePreferenceList(int partition, Span<short> preference, Span<ulong> scratch)
    {
        _distances.AsSpan(partition * preference.Length, preference.Length).CopyTo(scratch);
        for (short silo = 0; silo < preference.Length; silo++)
        {
            preference[silo] = silo;
        }

        scratch.Sort(preference);
    }

    private ulong DistanceOf(int partition, int silo) => _distances[(partition * Members.Count) + silo];

    private void Place(int silo, ulong[] ranked, int[] sectors)
    {
        var sectorWidth = Math.ScaleB(1, 64 - BitOperations.Log2((uint)PartitionCount));
        var weight = Members[silo].Weight;

        // The r-th smallest of n exponential variables is expected at 1/n + 1/(n-1) + ... with r terms.
        var expected = 0.0;
        for (var rank = 0; rank < ranked.Length; rank++)
        {
            // Within the step to the next rank by the hash's low half, or silos of one weight would often stand at the same place.
            var step = 1.0 / (ranked.Length - rank);
            var within = (uint)ranked[rank] / 4294967296.0;
            var distance = (expected + (step * within)) / weight;
            expected += step;

            // From 0 to infinity onto the sector, in the same order.
            _distances[(sectors[rank] * Members.Count) + silo] = (ulong)(sectorWidth * (distance / (1 + distance)));
        }
    }
}
