using System.Numerics;

namespace Orleans.Cache.Engine.Topology;

/// <summary>Which numbers of partitions a grid may have.</summary>
internal static class PartitionCounts
{
    /// <summary>A partition has at least one slot.</summary>
    public const int Max = Slot.Count;

    /// <summary>A power of two, 1 to <see cref="Max"/>.</summary>
    public static bool IsValid(int partitionCount) => partitionCount is >= 1 and <= Max && BitOperations.IsPow2(partitionCount);

    /// <exception cref="ArgumentOutOfRangeException">It is none; the message says how to mend it.</exception>
    public static void ThrowIfInvalid(int partitionCount)
    {
        if (!IsValid(partitionCount))
        {
            throw new ArgumentOutOfRangeException(nameof(partitionCount), partitionCount, Describe(partitionCount));
        }
    }

    public static string Describe(int partitionCount) =>
        $"A grid cannot have {partitionCount} partitions. Their number must be a power of two, 1 to {Max}, such as 1024.";
}
