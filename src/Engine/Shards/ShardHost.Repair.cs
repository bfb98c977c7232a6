using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Memory;
using Orleans.Cache.Engine.Repair;

namespace Orleans.Cache.Engine.Shards;

/// <content>What comparing copies asks of their shards. Each member looks at all entries of a cache in a partition; nobody may write to it meanwhile.</content>
internal sealed partial class ShardHost
{
    /// <summary>Entries with less left to live, in milliseconds, may be gone on another copy.</summary>
    private const long AlmostExpired = 10_000;

    /// <summary>For each bucket the sum of its entries' hashes, which their order does not change.</summary>
    public ulong[] DigestsOf(int cache, int partition)
    {
        var digests = new ulong[EntryDigest.Buckets];
        var least = _clock.Milliseconds + AlmostExpired;
        ScanAll(cache, partition, entry =>
        {
            if (entry.Expiry > least)
            {
                var key = EntryDigest.OfKey(entry);
                digests[EntryDigest.BucketOf(key)] += EntryDigest.OfEntry(entry, key);
            }
        });
        return digests;
    }

    /// <summary>How many entries each bucket has.</summary>
    public int[] CountBuckets(int cache, int partition)
    {
        var counts = new int[EntryDigest.Buckets];
        ScanAll(cache, partition, entry => counts[EntryDigest.BucketOf(EntryDigest.OfKey(entry))]++);
        return counts;
    }

    /// <summary>The hashes of keys and entries in some buckets.</summary>
    public Dictionary<ulong, ulong> ListEntries(int cache, int partition, ulong buckets)
    {
        var entries = new Dictionary<ulong, ulong>();
        ScanAll(cache, partition, entry =>
        {
            var key = EntryDigest.OfKey(entry);
            if (IsIn(key, buckets))
            {
                entries[key] = EntryDigest.OfEntry(entry, key);
            }
        });
        return entries;
    }

    /// <summary>The entries in some buckets as changes.</summary>
    public void PackEntries(int cache, int partition, ulong buckets, ChangeWriter writer, List<ReadOnlyMemory<byte>> changes)
    {
        var store = _caches[cache];
        var now = _clock.Milliseconds;
        ScanAll(cache, partition, entry =>
        {
            if (IsIn(EntryDigest.OfKey(entry), buckets))
            {
                changes.Add(writer.Write(ChangeKind.Entry, store.NameBytes, entry, now));
            }
        });
        writer.CopyLarge(store);
    }

    /// <summary>Compares the entries in some buckets with those of another copy, and drops what is not to stay.</summary>
    /// <param name="cache">The cache's index.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="buckets">The buckets.</param>
    /// <param name="theirs">The hashes of the other copy's keys and entries; emptied.</param>
    /// <param name="dropDifferent">Whether entries go that are not the same there.</param>
    /// <param name="dropExtra">Whether entries go that are not there.</param>
    /// <param name="dropped">Receives how many went.</param>
    public RepairFinding CompareEntries(int cache, int partition, ulong buckets, Dictionary<ulong, ulong> theirs, bool dropDifferent, bool dropExtra, out int dropped)
    {
        var (different, extra) = (0, 0);
        var least = _clock.Milliseconds + AlmostExpired;
        var doomed = new List<byte[]>();
        ScanAll(cache, partition, entry =>
        {
            var key = EntryDigest.OfKey(entry);
            if (!IsIn(key, buckets))
            {
                return;
            }

            if (theirs.Remove(key, out var digest))
            {
                var isDifferent = digest != EntryDigest.OfEntry(entry, key);
                different += isDifferent ? 1 : 0;
                Doom(isDifferent && dropDifferent, entry);
            }
            else if (entry.Expiry > least)
            {
                extra++;
                Doom(dropExtra, entry);
            }
        });
        foreach (var key in doomed)
        {
            _caches[cache].FindShard(partition)?.Drop(key, _hash.Of(key));
        }

        dropped = doomed.Count;
        return new RepairFinding(partition, CacheNames[cache], different, theirs.Count, extra);

        void Doom(bool isDoomed, EntryPointer entry)
        {
            if (isDoomed)
            {
                doomed.Add(entry.Key.ToArray());
            }
        }
    }

    /// <summary>Whether entries had to make room for others.</summary>
    public bool HasEvicted(int cache, int partition) => _caches[cache].FindShard(partition)?.Counts.Evictions > 0;

    private static bool IsIn(ulong keyHash, ulong buckets) => (buckets >> EntryDigest.BucketOf(keyHash) & 1) != 0;

    private void ScanAll(int cache, int partition, EntryVisitor visit)
    {
        var cursor = 0U;
        do
        {
            Scan(cache, partition, ref cursor, visit);
        }
        while (cursor != 0);
    }
}
