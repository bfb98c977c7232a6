using System.Numerics;
using System.Text;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Engine.Repair;

/// <summary>
/// Compares one copy with the others of its partition, and mends replicas. What is compared travels in the log, so it is compared at the same
/// position. Under the copy's lock.
/// </summary>
/// <remarks>
/// 1. The owner adds to its log, for each cache, the hashes of its entries by buckets: the leaves of a tree of one level. A replica that comes to
///    that record has exactly the writes before it, and compares its own.
/// 2. It asks for the buckets that differ. The owner lists their entries (key and entry as hashes), sends all of them again, and lists them
///    once more: the first list is for counting, the second for dropping what is too much. In this order, because a replica may become owner at any
///    record, and must not have dropped what it is sent only later.
/// 3. Where a side has evicted entries of the cache, both have other keys by right. Then nothing is sent, and only entries that both have are
///    compared; one that differs is dropped from the replica, as if it were evicted.
/// Entries that are about to expire are left out: the clocks of both sides count them.
/// </remarks>
internal sealed class CopyRepair(ShardHost shards, int partition, RepairCounts counts)
{
    /// <summary>About so many entries are sent again at a time; buckets beyond that wait for the next comparison.</summary>
    private const int MostEntries = 512;

    private readonly ChangeWriter _writer = new();
    private readonly List<(int Cache, ulong Buckets)> _differing = [];

    /// <summary>Whether this is a replica that has exactly what its log says: no other may compare.</summary>
    public bool MayCompare { get; set; }

    /// <summary>Adds the hashes of all caches to an owner's log.</summary>
    /// <param name="amend">Adds a change to the log.</param>
    public void AddDigests(Action<ReadOnlyMemory<byte>> amend)
    {
        for (var cache = 0; cache < shards.CacheNames.Count; cache++)
        {
            amend(_writer.WriteRepair(ChangeKind.Digests, shards.StoreOf(cache).NameBytes, RepairFormat.WriteDigests(shards.DigestsOf(cache, partition))));
        }
    }

    /// <summary>Takes what the owner has added.</summary>
    public void Take(in EntryChange change)
    {
        if (!MayCompare || !shards.TryFindCache(Encoding.UTF8.GetString(change.Cache), out var cache))
        {
            return;
        }

        if (change.Kind == ChangeKind.Listing)
        {
            Compare(cache, change.Value);
            return;
        }

        var differing = RepairFormat.FindDifferences(change.Value, shards.DigestsOf(cache, partition));
        counts.OnCompared(EntryDigest.Buckets, BitOperations.PopCount(differing));
        if (differing != 0)
        {
            _differing.Add((cache, differing));
        }
    }

    /// <summary>Asks the owner for what differs.</summary>
    public void Ask(CopyId self, Configuration configuration, List<object> outbox)
    {
        foreach (var (cache, buckets) in _differing)
        {
            outbox.Add(new RepairRequest
            {
                From = self,
                To = configuration.Owner,
                Epoch = configuration.Epoch,
                Cache = shards.CacheNames[cache],
                Buckets = buckets,
                IsEvicting = shards.HasEvicted(cache, partition),
            });
        }

        _differing.Clear();
    }

    /// <summary>Answers a replica, through the log.</summary>
    /// <param name="request">What it asks for.</param>
    /// <param name="amend">Adds a change to the log.</param>
    public void Answer(RepairRequest request, Action<ReadOnlyMemory<byte>> amend)
    {
        if (!shards.TryFindCache(request.Cache, out var cache))
        {
            return;
        }

        var buckets = Choose(shards.CountBuckets(cache, partition), request.Buckets);
        var listed = shards.ListEntries(cache, partition, buckets);
        if (request.IsEvicting || shards.HasEvicted(cache, partition))
        {
            AddListing(ListingUses.Count | ListingUses.DropDifferent);
            return;
        }

        AddListing(ListingUses.Count | ListingUses.IsExact);
        var entries = new List<ReadOnlyMemory<byte>>();
        shards.PackEntries(cache, partition, buckets, _writer, entries);
        entries.ForEach(amend);
        counts.OnSent(entries.Count);
        AddListing(ListingUses.DropExtra | ListingUses.IsExact);

        void AddListing(ListingUses uses) =>
            amend(_writer.WriteRepair(ChangeKind.Listing, shards.StoreOf(cache).NameBytes, RepairFormat.WriteListing(uses, buckets, listed)));
    }

    private static ulong Choose(ReadOnlySpan<int> counted, ulong buckets)
    {
        var chosen = 0UL;
        var entries = 0;
        for (; buckets != 0 && entries < MostEntries; buckets &= buckets - 1)
        {
            var bucket = BitOperations.TrailingZeroCount(buckets);
            entries += counted[bucket];
            chosen |= 1UL << bucket;
        }

        return chosen;
    }

    private void Compare(int cache, ReadOnlySpan<byte> listing)
    {
        var theirs = RepairFormat.ReadListing(listing, out var uses, out var buckets);
        var isExact = uses.HasFlag(ListingUses.IsExact);
        var found = shards.CompareEntries(
            cache, partition, buckets, theirs, uses.HasFlag(ListingUses.DropDifferent), isExact && uses.HasFlag(ListingUses.DropExtra), out var dropped);
        counts.OnDropped(dropped);
        found = isExact ? found : found with { Missing = 0, Extra = 0 };
        if (uses.HasFlag(ListingUses.Count) && found.Different + found.Missing + found.Extra > 0)
        {
            counts.OnFound(found);
        }
    }
}
