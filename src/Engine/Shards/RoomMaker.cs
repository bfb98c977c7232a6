using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Shards;

/// <summary>
/// Makes room for writes: within a cache's own limits by evicting from it, within the silo's budget by evicting from the cache that holds
/// the most.
/// </summary>
/// <remarks>
/// Evicted entries leave free slots of their classes. Where the write needs another class, slabs are emptied: first those whose entries
/// find room in others of their class, and after <see cref="EvictionsPerSlab"/> evictions in vain the emptiest one, its entries evicted:
/// so one write never waits for more than that. What a lowered budget or the structures take is given back a slab at each write. Safe
/// for any number of threads.
/// </remarks>
internal sealed class RoomMaker(SlabPool pool)
{
    private const int EvictionsPerSlab = 256;
    private const int SlabsForStructures = 8;

    private CacheStore[] _stores = [];

    // Counted by several threads without a lock: nothing depends on a few more or less.
    private int _evictions;

    public SlabPool Pool => pool;

    /// <summary>Sets the silo's caches; once, before the first write.</summary>
    public void Use(CacheStore[] stores) => _stores = stores;

    /// <summary>Whether an entry would fit if everything else were evicted.</summary>
    public bool CouldEverFit(CacheStore store, in RoomNeed need)
    {
        const int bucketAndBlock = 512;
        return need.Bytes + bucketAndBlock <= Math.Min(store.MaxBytes, pool.BudgetBytes - pool.ManagedBytes - ((long)SlabsForStructures << pool.SlabShift));
    }

    /// <summary>Makes room for one write.</summary>
    /// <remarks><paramref name="held"/>: The shard whose lock the caller holds, if any.</remarks>
    public RoomOutcome Make(CacheStore store, in RoomNeed need, Shard? held)
    {
        var outcome = RoomOutcome.Ready;
        if (pool.IsLowering)
        {
            pool.Lower();
        }

        if (pool.IsReserveLow && DonorFor(store).TryGiveSlab(held, evict: true))
        {
            outcome = RoomOutcome.Made;
        }

        while (true)
        {
            var limited = store.Entries + need.Entries > store.MaxEntries || store.LimitedBytes + need.Bytes > store.MaxBytes;
            if (!limited && HasMemory(store, need))
            {
                return outcome;
            }

            var step = limited ? store.Evict(held) : Give(store, held);
            if (step != RoomOutcome.Made)
            {
                return step;
            }

            outcome = RoomOutcome.Made;
        }
    }

    /// <summary>Evicts until limits and budget are kept again, after they were lowered.</summary>
    /// <param name="steps">At most so many evictions; the rest is left to the next call.</param>
    public void Shrink(int steps)
    {
        foreach (var store in _stores)
        {
            while (store.IsOverLimit && steps-- > 0 && store.Evict(held: null) == RoomOutcome.Made)
            {
            }
        }

        while ((pool.IsLowering || pool.IsOver) && steps-- > 0)
        {
            if (!pool.IsOver)
            {
                pool.Lower();
            }
            else if (Give(_stores[0], held: null) != RoomOutcome.Made)
            {
                return;
            }
        }
    }

    private bool HasMemory(CacheStore store, in RoomNeed need) => need.Slab
        ? pool.HasRoom(pool.SlabBytes + need.LargeBytes)
        : (need.LargeBytes == 0 || pool.HasRoom(need.LargeBytes)) && store.Arena.CanAllocate(need.SlotClass);

    /// <summary>The cache that holds the most gives: a small one must not be pushed out by a flood into a large one.</summary>
    private CacheStore DonorFor(CacheStore store)
    {
        foreach (var other in _stores)
        {
            store = other.HeldBytes > store.HeldBytes ? other : store;
        }

        return store;
    }

    private RoomOutcome Give(CacheStore store, Shard? held)
    {
        var donor = DonorFor(store);

        if (donor.Arena.IsLoose && donor.TryGiveSlab(held, evict: false))
        {
            return RoomOutcome.Made;
        }

        var mustEmpty = ++_evictions % EvictionsPerSlab == 0;
        if (mustEmpty && donor.TryGiveSlab(held, evict: true))
        {
            return RoomOutcome.Made;
        }

        return donor.Evict(held);
    }
}
