using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Shards;

/// <summary>
/// Makes room for writes: within a cache's own limits by evicting from it, within the silo's budget by evicting from the cache that holds
/// the most.
/// </summary>
/// <remarks>
/// 1. Evicted entries leave free slots of their classes. Where the write needs another class, slabs are emptied: first those whose entries
/// find room in others of their class, and after <see cref="EvictionsPerSlab"/> evictions in vain the emptiest one, its entries evicted.
/// 2. No write does more than <see cref="StepsPerWrite"/> steps; a slab that is half emptied by then is gone on with by the next. Who has no
/// room then is refused, or takes a slot larger than it needs. 3. Each write also gives some steps
/// (<see cref="StepsForOthers"/>) to what a lowered budget or the structures ask for. Safe for any number of threads.
/// </remarks>
internal sealed class RoomMaker(SlabPool pool)
{
    /// <summary>
    /// Entries that one write evicts, moves or passes over at most, a large value counting for more: about half a millisecond when nothing of
    /// it is in the processor's caches, and enough to empty a slab of entries of 130 bytes.
    /// </summary>
    public const int StepsPerWrite = 1280;

    private const int StepsForOthers = 256;
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
    /// <param name="store">The cache that is written to.</param>
    /// <param name="need">What the write needs; its steps are counted down, and its class rises when a larger slot has to do.</param>
    /// <param name="held">The shard whose lock the caller holds, if any.</param>
    public RoomOutcome Make(CacheStore store, ref RoomNeed need, Shard? held)
    {
        var outcome = RoomOutcome.Ready;
        if ((pool.IsLowering || pool.IsReserveLow) && GiveBack(store, ref need, held))
        {
            outcome = RoomOutcome.Made;
        }

        if (need.MostEntries == 0)
        {
            need.MostEntries = Math.Max(store.MaxEntries, store.Entries);
            need.MostBytes = Math.Max(store.MaxBytes, store.LimitedBytes);
        }

        while (true)
        {
            var limited = need.Steps > 0 ? Exceeds(store, need, store.MaxEntries, store.MaxBytes) : Exceeds(store, need, need.MostEntries, need.MostBytes);
            if (!limited && HasMemory(store, need))
            {
                return outcome;
            }

            if (need.Steps <= 0)
            {
                return !limited && TakeLarger(store, ref need) ? outcome : RoomOutcome.Late;
            }

            var step = limited ? store.Evict(held, ref need.Steps) : Give(store, held, ref need.Steps, ref need.InVain);
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
            while (store.IsOverLimit && steps > 0 && store.Evict(held: null, ref steps) == RoomOutcome.Made)
            {
            }
        }

        var inVain = 0;
        pool.Lower();
        while ((pool.IsLowering || pool.IsOver) && steps > 0 && Give(_stores[0], held: null, ref steps, ref inVain) == RoomOutcome.Made)
        {
            pool.Lower();
        }
    }

    private static bool Exceeds(CacheStore store, in RoomNeed need, long entries, long bytes) =>
        store.Entries + need.Entries > entries || store.LimitedBytes + need.Bytes > bytes;

    private bool HasMemory(CacheStore store, in RoomNeed need) => need.Slab
        ? pool.HasRoom(pool.SlabBytes + need.LargeBytes)
        : (need.LargeBytes == 0 || pool.HasRoom(need.LargeBytes)) && store.Arena.CanAllocate(need.SlotClass);

    private bool TakeLarger(CacheStore store, ref RoomNeed need) =>
        !need.Slab && (need.LargeBytes == 0 || pool.HasRoom(need.LargeBytes)) && store.Arena.TryFindLarger(ref need.SlotClass);

    /// <summary>The cache that holds the most gives: a small one must not be pushed out by a flood into a large one.</summary>
    private CacheStore DonorFor(CacheStore store)
    {
        foreach (var other in _stores)
        {
            store = other.HeldBytes > store.HeldBytes ? other : store;
        }

        return store;
    }

    /// <summary>Does a write's part for what a lowered budget or the structures ask for.</summary>
    /// <returns>Whether entries were evicted or moved.</returns>
    private bool GiveBack(CacheStore store, ref RoomNeed need, Shard? held)
    {
        var steps = Math.Min(need.Steps, StepsForOthers);
        need.Steps -= steps;
        var given = false;
        for (pool.Lower(); steps > 0 && (pool.IsLowering || pool.IsReserveLow); pool.Lower())
        {
            if (Give(store, held, ref steps, ref need.InVain) != RoomOutcome.Made)
            {
                break;
            }

            given = true;
        }

        return given;
    }

    private RoomOutcome Give(CacheStore store, Shard? held, ref int steps, ref int inVain)
    {
        var donor = DonorFor(store);
        var mustEmpty = ++inVain % EvictionsPerSlab == 0;
        return (mustEmpty || donor.Emptier.HasBegun || donor.Arena.IsLoose) && donor.Emptier.TryEmpty(held, mustEmpty, ref steps)
            ? RoomOutcome.Made
            : donor.Evict(held, ref steps);
    }
}
