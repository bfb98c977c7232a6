using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Loading;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Shards;

/// <summary>
/// The entries of one cache in one partition, and what operations do to them.
/// </summary>
/// <remarks>
/// Members whose names end in Locked need <see cref="Lock"/>; the others take it, for one operation at most. Expired entries are dropped
/// when they are met, and by the timing wheel. A shard is closed once and for all: operations that still find it are answered
/// <see cref="OperationStatus.Moved"/>.
/// </remarks>
internal sealed partial class Shard(CacheStore store, int partition)
{
    private const int RoomAttempts = 100;

    /// <summary>A mutable struct, taken by <see cref="CacheStore"/> too when it evicts and moves.</summary>
    public ref ShortLock Lock => ref _state.Lock;

    private readonly ShardEntries _entries = new(store, partition);
    private ShardState _state = new() { LastVersion = store.VersionFloorOf(partition) };

    /// <summary>A copy of the counts; not all of one moment when operations go on.</summary>
    public ShardCounts Counts => _state.Counts with { Evictions = _state.Counts.Evictions + _entries.Thinned };

    public int ManagedBytes => _entries.Index.ManagedBytes;

    public uint Buckets => _entries.Index.Buckets;

    /// <summary>
    /// Asks the processor for what an operation will write. A write to a line that another processor has is waited for by nobody, as long as no lock is
    /// taken: so many come together.
    /// </summary>
    public void PrefetchState() => _state.IsWanted = true;

    /// <summary>Asks the processor for the bucket of a hash.</summary>
    public void PrefetchBucket(ulong hash) => _entries.Index.PrefetchBucket(hash);

    /// <summary>Asks the processor for the entry of a hash, whose bucket should be there by now.</summary>
    /// <returns>Whether there probably is one.</returns>
    public bool PrefetchEntry(ulong hash) => _entries.Index.PrefetchEntry(hash);

    /// <summary>Executes one operation.</summary>
    /// <returns>
    /// <see langword="false"/> when something must be done first without this shard's lock: nothing has changed. A large value must be
    /// prepared, if the progress says so; else room must be made, because another shard is in the way.
    /// </returns>
    public bool TryExecute(
        in ShardBatch batch, in ShardOperation operation, ReadOnlySpan<byte> value, ReadOnlySpan<byte> tags, ulong hash, ref BatchMoment moment, ref ShardResult result, ref OperationProgress progress)
    {
        Lock.Enter();
        try
        {
            if (_state.IsClosed)
            {
                result.Status = OperationStatus.Moved;
                return true;
            }

            var key = batch.KeyOf(operation);
            var now = 0L;
            if (_entries.Index.TryFind(hash, key, out var entry))
            {
                // To read the clock is a good part of a lone read, and nothing to what never expires.
                now = _entries[entry].Expiry == EntryLayout.Never ? 0 : moment.Now;
                if (IsGoneLocked(_entries[entry], now))
                {
                    TellGoneLocked(entry, now);
                    DropExpiredLocked(entry, hash);
                    entry = 0;
                }
            }

            // What is kept though its time is over is absent to all but those who ask for it, and to what is written in its place.
            var isStale = entry != 0 && _entries[entry].HasMark && _entries[entry].StaleFrom <= now;
            var present = isStale ? 0 : entry;
            switch (operation.Kind)
            {
                case OperationKind.Get:
                    GetLocked(batch, operation, operation.IsLoad ? entry : present, hash, now, isStale, ref result, ref progress);
                    return true;
                case OperationKind.Set or OperationKind.SetTagged when operation.IsLoad:
                    return TryEndLoadLocked(key, operation, value, tags, entry, isAbsent: present == 0, hash, ref moment, ref result, ref progress);
                case OperationKind.Set or OperationKind.SetTagged:
                    return TrySetLocked(key, operation, value, tags, entry, isAbsent: present == 0, hash, ref moment, ref result, ref progress);
                case OperationKind.Remove:
                    store.Loads.Spoil(key);
                    RemoveLocked(entry, hash, isAbsent: present == 0, ref result);
                    return true;
                case OperationKind.Touch:
                    TouchLocked(operation, present, hash, moment.Now, ref result);
                    return true;
                case OperationKind.Increment:
                    return TryIncrementLocked(key, operation, tags, entry, isAbsent: present == 0, hash, ref moment, ref result, ref progress);
                case OperationKind.RemoveTags or OperationKind.Clear:
                    RemoveTagsLocked(operation, value, ref moment, ref result);
                    return true;
                case OperationKind.GetRange:
                    GetRangeLocked(batch, operation, entry, now, ref result, ref progress);
                    return true;
                default:
                    DescribeLocked(operation.IsLoad ? entry : present, now, ref result);
                    return true;
            }
        }
        finally
        {
            Lock.Exit();
        }
    }

    /// <summary>Whether a slot holds an entry of this shard under a hash. Under <see cref="Lock"/>.</summary>
    public bool Holds(uint reference, ulong hash) => _entries.Index.Contains(hash, reference);

    /// <summary>Removes the policy's victim. Under <see cref="Lock"/> and the policy's lock.</summary>
    public void EvictLocked(uint victim, ulong hash)
    {
        store.Events?.AddOwn(CacheEventKind.Evicted, partition, _entries[victim].Key, _entries[victim].Version);
        _entries.Evict(victim, hash);
        _state.Counts.Evictions++;
    }

    /// <summary>Moves an entry to another slot of its class, or evicts it when there is none, if it is this shard's at all.</summary>
    /// <returns>Whether it was evicted.</returns>
    public bool MoveOrEvictLocked(uint reference, ulong hash)
    {
        if (!Holds(reference, hash) || _entries.TryMove(reference, hash))
        {
            return false;
        }

        store.Policy.Lock.Enter();
        EvictLocked(reference, hash);
        store.Policy.Lock.Exit();
        return true;
    }

    /// <summary>Takes out what has expired in a bucket. Called by the wheel.</summary>
    public void Reclaim(uint bucket, byte timer, long now, List<uint> scratch)
    {
        Lock.Enter();
        try
        {
            _state.Counts.Expirations += _entries.Reclaim(bucket, timer, now, scratch);
        }
        finally
        {
            Lock.Exit();
        }
    }

    /// <summary>Shows the entries of the bucket at a cursor, and moves the cursor on.</summary>
    public void Scan(ref uint cursor, long now, EntryVisitor visit)
    {
        Lock.Enter();
        try
        {
            if (_entries.Index.Buckets == 0)
            {
                cursor = 0;
                return;
            }

            var references = new List<uint>();
            _entries.Index.CopyReferences(_entries.Index.BucketAtCursor(cursor, out cursor), references);
            foreach (var reference in references)
            {
                if (!IsGoneLocked(_entries[reference], now))
                {
                    visit(_entries[reference]);
                }
            }
        }
        finally
        {
            Lock.Exit();
        }
    }

    /// <summary>Drops everything, uncounted; no operation enters any more.</summary>
    public void Close()
    {
        Lock.Enter();
        try
        {
            _state.IsClosed = true;
            _entries.Clear();
        }
        finally
        {
            Lock.Exit();
        }
    }

    /// <summary>Checks that the index fits the entries.</summary>
    /// <returns>How many there are.</returns>
    public long Validate() => _entries.Validate();

    private void DescribeLocked(uint reference, long now, ref ShardResult result)
    {
        if (reference == 0)
        {
            EntryAnswer.Absent(ref result);
        }
        else
        {
            EntryAnswer.Describe(_entries[reference], now, ref result);
        }
    }

    private void GetLocked(
        in ShardBatch batch, in ShardOperation operation, uint reference, ulong hash, long now, bool isStale, ref ShardResult result, ref OperationProgress progress)
    {
        if (reference == 0)
        {
            _state.Counts.Misses++;
            DescribeLocked(reference, now, ref result);
            return;
        }

        var length = _entries[reference].ValueLength;
        var isChunked = operation.Argument > 0 && length > operation.Argument;
        if (!isChunked && !batch.HasRoomFor(length))
        {
            result.Status = OperationStatus.Deferred;
            return;
        }

        if (isStale)
        {
            _state.Counts.Misses++;
        }
        else
        {
            _state.Counts.Hits++;
            progress.IsRenewed = _entries.Renew(reference, now);
        }

        _entries.Use(reference, hash);
        DescribeLocked(reference, now, ref result);
        if (isChunked)
        {
            result.Status = OperationStatus.Chunked;
            result.TotalLength = length;
        }
        else
        {
            EntryAnswer.HandOut(batch, _entries[reference], 0, length, ref result, ref progress);
        }
    }

    private void GetRangeLocked(in ShardBatch batch, in ShardOperation operation, uint reference, long now, ref ShardResult result, ref OperationProgress progress)
    {
        if (reference == 0)
        {
            DescribeLocked(reference, now, ref result);
            return;
        }

        var entry = _entries[reference];
        var offset = (int)Math.Min(operation.Offset, entry.ValueLength);
        var length = (int)Math.Min(operation.Length, entry.ValueLength - offset);
        if (!batch.HasRoomFor(length))
        {
            result.Status = OperationStatus.Deferred;
            return;
        }

        DescribeLocked(reference, now, ref result);
        result.TotalLength = entry.ValueLength;
        EntryAnswer.HandOut(batch, entry, offset, length, ref result, ref progress);
    }

    private void RemoveLocked(uint reference, ulong hash, bool isAbsent, ref ShardResult result)
    {
        TellRemovedLocked(reference, isAbsent);
        DropLocked(reference, hash);
        _state.Counts.Removals += isAbsent ? 0 : 1;
        result.Status = isAbsent ? OperationStatus.NotFound : OperationStatus.Done;
    }

    private void TouchLocked(in ShardOperation operation, uint reference, ulong hash, long now, ref ShardResult result)
    {
        if (reference != 0)
        {
            var absolute = EntryTimes.Kept(store.AbsoluteExpiry(operation.TimeToLive, now), _entries[reference].Mark);
            _entries.SetAbsolute(reference, hash, absolute, now);
            _entries.Use(reference, hash);
        }

        DescribeLocked(reference, now, ref result);
    }

    private static OperationStatus Check(in ShardOperation operation, bool exists, long version) => (CacheConditionKind)operation.Condition switch
    {
        CacheConditionKind.IfAbsent when exists => OperationStatus.KeyPresent,
        CacheConditionKind.IfPresent or CacheConditionKind.IfVersion when !exists => OperationStatus.KeyAbsent,
        CacheConditionKind.IfVersion when version != operation.Argument => OperationStatus.VersionMismatch,
        _ => OperationStatus.Done,
    };

    private bool TrySetLocked(
        ReadOnlySpan<byte> key, in ShardOperation operation, ReadOnlySpan<byte> value, ReadOnlySpan<byte> tags, uint existing, bool isAbsent, ulong hash, ref BatchMoment moment, ref ShardResult result, ref OperationProgress progress)
    {
        result.Version = isAbsent ? 0 : _entries[existing].Version;
        result.Status = Check(operation, !isAbsent, result.Version);
        return result.Status != OperationStatus.Done
            || TryWriteLocked(key, value, tags, store.TimesOf(operation, moment.Now, hash + (ulong)_state.LastVersion), existing, hash, ref moment, ref result, ref progress);
    }

    /// <summary>A set that ends a load: done if the load has its lease still, and nothing else wrote to the key meanwhile.</summary>
    private bool TryEndLoadLocked(
        ReadOnlySpan<byte> key, in ShardOperation operation, ReadOnlySpan<byte> value, ReadOnlySpan<byte> tags, uint existing, bool isAbsent, ulong hash, ref BatchMoment moment, ref ShardResult result, ref OperationProgress progress)
    {
        var token = operation.Argument;
        if (token == LoadTable.NoToken ? !isAbsent : !store.Loads.Holds(key, token))
        {
            result.Status = OperationStatus.VersionMismatch;
            return true;
        }

        var times = store.TimesOf(operation, moment.Now, hash + (ulong)_state.LastVersion).Marked(progress.Mark);
        if (!TryWriteLocked(key, value, tags, times, existing, hash, ref moment, ref result, ref progress))
        {
            return false;
        }

        if (result.Status == OperationStatus.Done)
        {
            store.Loads.End(key, token);
            if (token == LoadTable.NoToken)
            {
                store.Loads.Spoil(key);
            }
        }

        return true;
    }

    private bool TryWriteLocked(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, scoped ReadOnlySpan<byte> tags, EntryTimes times, uint existing, ulong hash, ref BatchMoment moment, ref ShardResult result, ref OperationProgress progress)
    {
        ref var need = ref progress.Need;
        var large = store.IsLarge(key.Length, value.Length, times, tags.Length, out var slotClass);
        var write = new EntryWrite
        {
            Hash = hash,
            Key = key,
            Value = value,
            Tags = tags,
            Times = times,
            Now = moment.Now - progress.SlidingAge,
            Version = progress.Version != 0 ? progress.Version : Math.Max(_state.LastVersion + 1, moment.Version()),
            Large = large ? progress.Prepared : 0,
            SlotClass = slotClass,
        };

        var isNew = existing == 0;
        if (isNew || large || !_entries.TryOverwrite(existing, write))
        {
            need.SlotClass = slotClass;
            need.SlotBytes = store.Arena.SlotBytes(slotClass);
            need.LargeBytes = large && progress.Prepared == 0 ? SlabPool.LargeBytes(value.Length) : 0;
            need.Entries = isNew ? 1 : 0;
            need.Slab = false;
            if (!store.Room.CouldEverFit(store, need))
            {
                result.Status = OperationStatus.EntryTooLarge;
                return true;
            }

            if (need.LargeBytes > 0)
            {
                progress.MustPrepare = true;
                return false;
            }

            switch (MakeRoomAndWriteLocked(ref existing, write, ref need, ref isNew))
            {
                case RoomOutcome.Busy:
                    return false;
                case RoomOutcome.Late or RoomOutcome.Impossible:
                    result.Status = OperationStatus.NoRoom;
                    return true;
            }
        }

        if (!isNew)
        {
            _entries.Use(existing, hash);
        }

        if (large)
        {
            progress.Prepared = 0;
        }

        if (!progress.Mark.IsPresent)
        {
            store.Loads.Spoil(key);
        }

        _state.LastVersion = Math.Max(_state.LastVersion, write.Version);
        if (progress.Version == 0)
        {
            _state.Counts.Writes++;
            store.Events?.Add(CacheEventKind.Set, key, write.Version);
        }

        result.Status = OperationStatus.Done;
        result.Version = write.Version;
        return true;
    }

    private RoomOutcome MakeRoomAndWriteLocked(ref uint entry, in EntryWrite write, ref RoomNeed need, ref bool isNew)
    {
        for (var attempt = 0; attempt < RoomAttempts; attempt++)
        {
            var outcome = store.Room.Make(store, ref need, this);
            if (outcome is not (RoomOutcome.Ready or RoomOutcome.Made))
            {
                return outcome;
            }

            // What was evicted or moved may have been this very entry.
            if (outcome == RoomOutcome.Made && !isNew)
            {
                isNew = !_entries.Index.TryFind(write.Hash, write.Key, out entry);
            }

            if (_entries.TryWrite(isNew ? 0 : entry, write, need.SlotClass, out var written))
            {
                entry = written;
                return RoomOutcome.Made;
            }

            // The cache's own structures need memory, or the system refuses what the budget would allow: evict even so.
            need.Slab = true;
            if (attempt > 0 && store.Evict(this, ref need.Steps) == RoomOutcome.Busy)
            {
                return RoomOutcome.Busy;
            }

            isNew = !_entries.Index.TryFind(write.Hash, write.Key, out entry);
        }

        return RoomOutcome.Impossible;
    }

    private void DropExpiredLocked(uint reference, ulong hash)
    {
        _entries.Drop(reference, hash);
        _state.Counts.Expirations++;
    }
}
