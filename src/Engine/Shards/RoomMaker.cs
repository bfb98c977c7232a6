using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Shards;

/// <summary>
/// Makes room for writes: within a cache's own limits by evicting from it, within the silo's budget by evicting from the cache that holds
/// the most.
/// </summary>
/// <remarks>
/// Evicted entries leave free slots of their classes. Where the write needs another class, slabs are emptied: first those whose entries
/// find room in others of their class, and after <see cref="EvictionsPerSlab"/> evictions in vain the emptiest one, its entries evicted:
/// so one write never waits for more than that. Safe for any number of threads.
/// </remarks>
internal sealed class RoomMaker(SlabPool pool)
{
    private const int EvictionsPerSlab = 256;
    private const int SlabsForStructures = 8;

    private CacheStore[] _stores = [];

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
        var evictions = 0;
        while (true)
        {
            var limited = store.Entries + need.Entries > store.MaxEntries || store.LimitedBytes + need.Bytes > store.MaxBytes;
            if (!limited && HasMemory(store, need))
            {
                return outcome;
            }

            var step = limited ? store.Evict(held) : Give(store, held, ref evictions);
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

        var evictions = 0;
        while (pool.IsOverBudget && steps-- > 0 && Give(_stores[0], held: null, ref evictions) == RoomOutcome.Made)
        {
        }
    }

    private bool HasMemory(CacheStore store, in RoomNeed need) => need.Slab
        ? pool.HasRoom(pool.SlabBytes + need.LargeBytes)
        : (need.LargeBytes == 0 || pool.HasRoom(need.LargeBytes)) && store.Arena.CanAllocate(need.SlotClass);

    /// <summary>Lets the cache that holds the most give something: a small one must not be pushed out by a flood into a large one.</summary>
    private RoomOutcome Give(CacheStore store, Shard? held, ref int evictions)
    {
        var donor = store;
        foreach (var other in _stores)
        {
            donor = other.HeldBytes > donor.HeldBytes ? other : donor;
        }

        if (donor.Arena.IsLoose && donor.TryGiveSlab(held, evict: false))
        {
            return RoomOutcome.Made;
        }

        var mustEmpty = ++evictions % EvictionsPerSlab == 0;
        if (mustEmpty && donor.TryGiveSlab(held, evict: true))
        {
            return RoomOutcome.Made;
        }

        return donor.Evict(held);
    }
}
