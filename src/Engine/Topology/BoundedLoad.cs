namespace Orleans.Cache.Engine.Topology;

/// <summary>Gives every partition an owner on the ring so that no silo has too many. Pure.</summary>
internal static class BoundedLoad
{
    /// <summary>First fit in the order of partitions; to be followed by a choice by measurement.</summary>
    public static short[] Assign(ReadOnlySpan<ulong> distances, int partitionCount, ReadOnlySpan<double> weights, double tolerance)
    {
        var total = 0.0;
        foreach (var weight in weights)
        {
            total += weight;
        }

        var room = new int[weights.Length];
        for (var silo = 0; silo < room.Length; silo++)
        {
            room[silo] = (int)Math.Ceiling((1 + tolerance) * partitionCount * weights[silo] / total);
        }

        var owners = new short[partitionCount];
        for (var partition = 0; partition < partitionCount; partition++)
        {
            var row = distances.Slice(partition * room.Length, room.Length);
            short best = -1;
            for (short silo = 0; silo < room.Length; silo++)
            {
                if (room[silo] > 0 && (best < 0 || row[silo] < row[best]))
                {
                    best = silo;
                }
            }

            owners[partition] = best;
            room[best]--;
        }

        return owners;
    }
}
