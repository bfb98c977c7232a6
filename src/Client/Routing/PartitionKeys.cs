using System.Globalization;

namespace Orleans.Cache.Client.Routing;

/// <summary>A key for each partition, for operations that are meant for all of them: so they go the way of every other. Safe for any number of threads.</summary>
internal static class PartitionKeys
{
    private static CacheKey[] _last = [];

    /// <summary>A key of each partition, by the partitions' numbers.</summary>
    public static CacheKey[] Of(int partitionCount)
    {
        var known = Volatile.Read(ref _last);
        if (known.Length == partitionCount)
        {
            return known;
        }

        // Any numbers, until there is one for each: partitions take turns as in a lottery, so this takes about n ln n.
        var keys = new CacheKey[partitionCount];
        for (int number = 0, missing = partitionCount; missing > 0; number++)
        {
            CacheKey key = number.ToString(CultureInfo.InvariantCulture);
            ref var place = ref keys[Slot.Of(key).PartitionOf(partitionCount)];
            if (place.IsEmpty)
            {
                place = key;
                missing--;
            }
        }

        Volatile.Write(ref _last, keys);
        return keys;
    }
}
