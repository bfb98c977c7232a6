using Orleans.Cache.Engine.Eviction;
using Orleans.Cache.Engine.Expiration;
using Orleans.Cache.Engine.Index;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Shards;

/// <summary>
/// The entries of one shard, kept at once in the four structures that know them: index (the shard's own), slots, eviction policy and timing
/// wheel (the cache's). Whatever adds, moves or drops an entry does so here, in all four.
/// </summary>
/// <remarks>Under the shard's lock. Takes the policy's lock for itself, unless a member says that the caller holds it.</remarks>
internal sealed class ShardEntries(CacheStore store, int partition)
{
    private readonly CacheArena _arena = store.Arena;
    private readonly EvictionPolicy _policy = store.Policy;
    private readonly TimingWheel _wheel = store.Wheel;
    private readonly ShardIndex<VectorTags> _index = new(store.Arena, store.Hash);

    public ShardIndex<VectorTags> Index => _index;

    /// <summary>Entries evicted because too many keys had the same hash.</summary>
    public long Thinned { get; private set; }

    public EntryPointer this[uint reference] => _arena.Entry(reference);

    /// <summary>Bytes of the slots and large values.</summary>
    public long Bytes { get; private set; }

    /// <summary>Lets the sliding expiration, if there is one, begin again.</summary>
    /// <returns>Whether the expiry has passed a multiple of a quarter of it: so nobody who is told of those only knows one that is a quarter older.</returns>
    public bool Renew(uint reference, long now)
    {
        var entry = _arena.Entry(reference);
        if (!entry.HasSliding)
        {
            return false;
        }

        // The wheel is not told: it looks at the old time, and then schedules the bucket again.
        var (before, times) = (entry.Expiry, entry.Times);
        entry.Expiry = times.After(now);
        FollowExpiry(reference);
        var quarter = Math.Max(1, times.Sliding / 4);
        return before / quarter != entry.Expiry / quarter;
    }

    /// <summary>Notes a use with the eviction policy.</summary>
    public void Use(uint reference, ulong hash)
    {
        if (_policy.CountsUses)
        {
            _arena.Entry(reference).CountUse();
        }
        else if (_policy.FollowsUses)
        {
            _policy.Lock.Enter();
            _policy.Use(reference, hash);
            _policy.Lock.Exit();
        }
    }

    /// <summary>Writes over an entry where it is, if the new one has the same class.</summary>
    public bool TryOverwrite(uint reference, in EntryWrite write)
    {
        var entry = _arena.Entry(reference);
        if (write.Large != 0 || entry.IsLarge || _arena.ClassOf(reference) != write.SlotClass)
        {
            return false;
        }

        entry.Write(write.Key, write.Value, large: 0, write.Version, write.Times, write.Now, isNew: false, write.Tags);
        Written(reference, write.Hash);
        return true;
    }

    /// <summary>Writes an entry to a slot of its own, in place of an existing one or as a new one.</summary>
    /// <remarks>
    /// <paramref name="existing"/>: The key's entry; 0: it has none.
    /// <paramref name="slotClass"/>: The class of the slot, at least the one that the write needs.
    /// <paramref name="reference"/>: The entry's slot.
    /// </remarks>
    /// <returns><see langword="false"/> when there is no memory; nothing has changed then, and a large value is still the caller's.</returns>
    public bool TryWrite(uint existing, in EntryWrite write, int slotClass, out uint reference)
    {
        if (!_arena.TryAllocate(slotClass, out reference))
        {
            return false;
        }

        _arena.Entry(reference).Write(write.Key, write.Value, write.Large, write.Version, write.Times, write.Now, isNew: true, write.Tags);
        if (existing != 0)
        {
            TakeOver(existing, reference, write.Hash);
            FreeSlot(existing);
        }
        else if (!TryAdd(reference, write.Hash))
        {
            _arena.Free(reference);
            return false;
        }

        Bytes += BytesOf(reference);
        Written(reference, write.Hash);
        return true;
    }

    /// <summary>Gives an entry a new absolute expiry.</summary>
    public void SetAbsolute(uint reference, ulong hash, long absolute, long now)
    {
        _arena.Entry(reference).SetAbsolute(absolute, now);
        Written(reference, hash);
    }

    /// <summary>Removes an entry from everything.</summary>
    public void Drop(uint reference, ulong hash)
    {
        _policy.Lock.Enter();
        _policy.Remove(reference, hash, evicted: false);
        _policy.Lock.Exit();
        DropFromIndex(reference, hash);
    }

    /// <summary>Removes the policy's victim. The caller holds the policy's lock.</summary>
    public void Evict(uint reference, ulong hash)
    {
        _policy.Remove(reference, hash, evicted: true);
        DropFromIndex(reference, hash);
    }

    /// <summary>Moves an entry to another slot of its class.</summary>
    /// <returns><see langword="false"/> when there is none.</returns>
    public bool TryMove(uint reference, ulong hash)
    {
        if (!_arena.TryAllocateHeld(_arena.ClassOf(reference), out var to))
        {
            return false;
        }

        _arena.Copy(reference, to);
        TakeOver(reference, to, hash);
        _arena.Free(reference);
        return true;
    }

    /// <summary>Looks at a bucket for which the wheel had a record: takes out what has expired, schedules it again for the rest.</summary>
    /// <returns>How many entries were taken out.</returns>
    public int Reclaim(uint bucket, byte timer, long now, List<uint> scratch)
    {
        if (bucket >= _index.Buckets || _index.At(bucket).Timer != timer)
        {
            return 0;
        }

        SetTimer(bucket, 0);
        scratch.Clear();
        _index.CopyReferences(bucket, scratch);
        uint left = 0;
        var expired = 0;
        foreach (var reference in scratch)
        {
            var entry = _arena.Entry(reference);
            if (entry.Expiry <= now)
            {
                store.Events?.AddOwn(CacheEventKind.Expired, partition, entry.Key, entry.Version);
                Drop(reference, store.Hash.Of(entry.Key));
                expired++;
            }
            else
            {
                left = reference;
            }
        }

        if (left != 0)
        {
            // Not simply this bucket: dropping may have joined it to another.
            ScheduleAgain(_index.BucketOf(store.Hash.Of(_arena.Entry(left).Key)));
        }

        return expired;
    }

    /// <summary>Drops everything; the index is empty and without memory afterwards.</summary>
    public void Clear()
    {
        var references = new List<uint>();
        for (uint bucket = 0; bucket < _index.Buckets; bucket++)
        {
            references.Clear();
            _index.CopyReferences(bucket, references);
            foreach (var reference in references)
            {
                _policy.Lock.Enter();
                _policy.Remove(reference, store.Hash.Of(_arena.Entry(reference).Key), evicted: false);
                _policy.Lock.Exit();
                FreeSlot(reference);
            }
        }

        _index.Clear();
    }

    /// <summary>Checks that every entry is where its key says, and that every bucket with something to expire is scheduled.</summary>
    /// <returns>How many entries there are.</returns>
    public long Validate()
    {
        long count = 0;
        var references = new List<uint>();
        for (uint bucket = 0; bucket < _index.Buckets; bucket++)
        {
            references.Clear();
            _index.CopyReferences(bucket, references);
            foreach (var reference in references)
            {
                var entry = _arena.Entry(reference);
                var found = _index.TryFind(store.Hash.Of(entry.Key), entry.Key, out var same) && same == reference;
                if (!entry.IsLive || !found || store.PartitionOf(entry.Key) != partition)
                {
                    throw new InvalidOperationException($"partition {partition} holds an entry that its key does not lead to");
                }

                if (entry.Expiry != EntryLayout.Never && _index.At(bucket).Timer == 0)
                {
                    throw new InvalidOperationException($"partition {partition} holds an entry that would never be reclaimed");
                }

                count++;
            }
        }

        return count == _index.Count ? count : throw new InvalidOperationException($"partition {partition} counts its entries wrongly");
    }

    private bool TryAdd(uint reference, ulong hash)
    {
        _policy.Lock.Enter();
        var added = _policy.TryAdd(reference, hash);
        _policy.Lock.Exit();
        if (!added)
        {
            return false;
        }

        if (!_index.TryAdd(hash, reference) && !(TryThin(hash) && _index.TryAdd(hash, reference)))
        {
            _policy.Lock.Enter();
            _policy.Remove(reference, hash, evicted: false);
            _policy.Lock.Exit();
            return false;
        }

        if (_index.TryGrow(out _, out var to))
        {
            ScheduleAgain(to);
        }

        return true;
    }

    /// <summary>Evicts an entry from a chain that may not grow.</summary>
    private bool TryThin(ulong hash)
    {
        if (!_index.IsCrowded(hash, out var surplus))
        {
            return false;
        }

        store.Events?.AddOwn(CacheEventKind.Evicted, partition, _arena.Entry(surplus).Key, _arena.Entry(surplus).Version);
        Drop(surplus, store.Hash.Of(_arena.Entry(surplus).Key));
        Thinned++;
        return true;
    }

    /// <summary>Lets a copy take an entry's place in the policy and the index.</summary>
    private void TakeOver(uint from, uint to, ulong hash)
    {
        // The position is the policy's: it may change it until its lock is held.
        _policy.Lock.Enter();
        var copy = _arena.Entry(to);
        copy.Position = _arena.Entry(from).Position;
        copy.SetFrequency(_arena.Entry(from).Frequency);
        _policy.Moved(to);
        _policy.Lock.Exit();
        _index.Replace(hash, from, to);
    }

    private void Written(uint reference, ulong hash)
    {
        var expiry = _arena.Entry(reference).Expiry;
        FollowExpiry(reference);
        if (expiry != EntryLayout.Never)
        {
            Schedule(_index.BucketOf(hash), expiry);
        }
    }

    private void FollowExpiry(uint reference)
    {
        if (_policy.FollowsExpiry)
        {
            _policy.Lock.Enter();
            _policy.ExpiryChanged(reference);
            _policy.Lock.Exit();
        }
    }

    private void Schedule(uint bucket, long expiry)
    {
        var timer = _index.At(bucket).Timer;
        var wanted = _wheel.Schedule(timer, expiry, RecordOf(bucket));
        if (wanted != timer)
        {
            SetTimer(bucket, wanted);
        }
    }

    /// <summary>
    /// Schedules a bucket that has just got entries of another. By their own times: the other's timer may name a slot of the wheel that is
    /// being handed out this moment, where a record would wait for the next round.
    /// </summary>
    private void ScheduleAgain(uint bucket)
    {
        var soonest = _index.SoonestExpiry(bucket);
        if (soonest != EntryLayout.Never)
        {
            Schedule(bucket, soonest);
        }
    }

    private void SetTimer(uint bucket, byte timer)
    {
        var at = _index.At(bucket);
        at.Timer = timer;
    }

    private ulong RecordOf(uint bucket) => ((ulong)partition << 32) | bucket;

    private void DropFromIndex(uint reference, ulong hash)
    {
        _index.Remove(hash, reference);
        FreeSlot(reference);
        if (_index.TryShrink(out _, out var to))
        {
            ScheduleAgain(to);
        }
    }

    private long BytesOf(uint reference)
    {
        var entry = _arena.Entry(reference);
        return _arena.SlotBytes(_arena.ClassOf(reference)) + (entry.IsLarge ? SlabPool.LargeBytes(entry.ValueLength) : 0);
    }

    private void FreeSlot(uint reference)
    {
        var entry = _arena.Entry(reference);
        Bytes -= BytesOf(reference);
        if (entry.IsLarge)
        {
            store.ReleaseLarge(entry.LargeAddress, entry.ValueLength);
        }

        _arena.Free(reference);
    }
}
