using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Shards;

/// <summary>
/// Empties the slabs of a cache and gives them to the pool, one at a time: their entries are moved to other slots of their class, or evicted. Safe for
/// any number of threads; who finds another at work goes on without.
/// </summary>
internal sealed class SlabEmptier(CacheStore store)
{
    /// <summary>Slots are looked at so many at once, so that their loads overlap.</summary>
    private const int SlotsAhead = 16;

    private ShortLock _lock;
    private int _slab;
    private int _emptied;

    /// <summary>Whether a slab is half emptied.</summary>
    public bool HasBegun => Volatile.Read(ref _slab) != 0;

    /// <summary>Empties the emptiest slab, or goes on with the one that is half emptied.</summary>
    /// <param name="held">The shard whose lock the caller holds, if any.</param>
    /// <param name="evict">Whether a slab may be begun whose entries cannot all be moved.</param>
    /// <param name="steps">Is lowered by one for each entry and for each few slots; at 0 the rest of the slab is left to the next call.</param>
    /// <returns>Whether the pool got a slab.</returns>
    public bool TryEmpty(Shard? held, bool evict, ref int steps)
    {
        if (!_lock.TryEnter())
        {
            return false;
        }

        try
        {
            if (_slab == 0)
            {
                if (!store.Arena.TryChooseLeaving(mustFit: !evict, out var chosen))
                {
                    return false;
                }

                Volatile.Write(ref _slab, chosen);
                _emptied = 0;
            }

            EmptySlots(held, ref steps);
            return _emptied == store.Arena.CarvedSlots(_slab) && EndLocked();
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>Ends with the slab that is half emptied: entries of many others were just dropped.</summary>
    public void End()
    {
        _lock.Enter();
        if (_slab != 0)
        {
            EndLocked();
        }

        _lock.Exit();
    }

    private void EmptySlots(Shard? held, ref int steps)
    {
        Span<ulong> hashes = stackalloc ulong[SlotsAhead];
        Span<int> partitions = stackalloc int[SlotsAhead];
        var (arena, policy) = (store.Arena, store.Policy);
        var slotBytes = arena.SlotBytes(arena.ClassOfSlab(_slab));
        for (var carved = arena.CarvedSlots(_slab); _emptied < carved && steps > 0; steps--)
        {
            // Somebody may be writing here: nothing read now is believed until the index of the shard, under its lock, confirms the slot.
            var count = Math.Min(SlotsAhead, carved - _emptied);
            for (var index = 0; index < count; index++)
            {
                partitions[index] = -1;
                var entry = arena.Entry(arena.SlotAt(_slab, _emptied + index));
                if (entry.IsLive && entry.FitsWithin(slotBytes))
                {
                    var key = entry.Key;
                    partitions[index] = store.PartitionOf(key);
                    hashes[index] = store.Hash.Of(key);
                    store.FindShard(partitions[index])?.PrefetchBucket(hashes[index]);
                    policy.PrefetchPlace(entry.Position);
                    policy.Prefetch(hashes[index]);
                }
            }

            for (var index = 0; index < count && steps > 0; index++, _emptied++)
            {
                if (partitions[index] >= 0 && store.FindShard(partitions[index]) is { } shard && (shard == held || shard.Lock.TryEnter()))
                {
                    var reference = arena.SlotAt(_slab, _emptied);
                    var toUnmap = store.StepsToUnmap(reference);
                    steps -= 1 + (shard.MoveOrEvictLocked(reference, hashes[index]) ? toUnmap : 0);
                    if (shard != held)
                    {
                        shard.Lock.Exit();
                    }
                }
            }
        }
    }

    private bool EndLocked()
    {
        var slab = _slab;
        Volatile.Write(ref _slab, 0);
        return store.Arena.EndLeaving(slab);
    }
}
