using System.Runtime.CompilerServices;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Engine.Invalidation;

namespace Orleans.Cache.Client.Near;

/// <summary>The near copies that this process keeps of a cache's entries. Safe for any number of threads; a hit takes no lock.</summary>
/// <remarks>
/// What makes a hit right: the entry's partition still has the stamp that it was read under, and the feed that speaks for the partition has said
/// so within the cache's staleness. What makes a copy right that is put in: nothing was heard of its key since the read was sent.
/// </remarks>
internal sealed class NearCache
{
    private const int BytesOnStack = 256;

    private readonly NearTable _entries = new();
    private readonly NearCounts _counts = new();
    private readonly Lock _lock = new();
    private readonly NearQueues _queues;
    private readonly NearRenewals _renewals;
    private readonly NamedCache _cache;
    private readonly NearCaches _all;
    private readonly NearClock _clock;
    private readonly CacheNearOptions _options;
    private readonly long _longestTimeToLive;

    // Copies that had to go since the last sweep, and were read: their owners are told at the next.
    private List<NearEntry>? _owed;
    private GridSnapshot? _seen;
    private NearTrust? _trust;
    private long _staleness;
    private volatile bool _isOn;
    private volatile bool _isKept;
    private volatile bool _isForHotKeys;
    private int _clears;
    private int _tagRemovals;
    private long _evicted;

    public NearCache(NamedCache cache, NearCaches all, CacheNearOptions options)
    {
        _cache = cache;
        _all = all;
        _clock = all.Clock;
        _options = options;
        _renewals = new NearRenewals(cache, all.Clock, all.Router);
        _queues = new NearQueues(options.MaxEntries, options.MaxBytes);
        _longestTimeToLive = options.MaxTimeToLive is { } longest ? (long)longest.TotalMilliseconds : long.MaxValue;
    }

    public string Name => _cache.Name;

    /// <summary>Whether near copies are kept, as far as the grid is known.</summary>
    public bool IsOn
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            var snapshot = _cache.Snapshot;
            if (!ReferenceEquals(snapshot, _seen))
            {
                Look(snapshot);
            }

            return _isOn;
        }
    }

    public long Hits => _counts.Hits;

    public long Misses => _counts.Misses;

    public long Evicted => Volatile.Read(ref _evicted);

    /// <summary>How many entries owners were told of because they were read near.</summary>
    public long Renewed => _renewals.Count;

    public int Count => _queues.Count;

    public long Bytes => _queues.Bytes;

    /// <summary>For how long its copies are read without news, in milliseconds.</summary>
    public long Staleness => Volatile.Read(ref _staleness);

    /// <summary>Finds the copy of an entry, which then counts as read.</summary>
    /// <param name="key">The key.</param>
    /// <param name="now">Receives the time at which it may be read.</param>
    /// <param name="fill">Receives, without a copy, what <see cref="Keep"/> needs when the grid has answered.</param>
    [SkipLocalsInit]
    public NearEntry? Find(CacheKey key, out long now, out NearFill fill)
    {
        Span<byte> room = stackalloc byte[BytesOnStack];
        scoped ReadOnlySpan<byte> bytes = key.MaxByteCount <= BytesOnStack ? room[..key.CopyTo(room)] : key.ToArray();
        var hash = FeedHash.Of(bytes);
        now = _clock.Now;
        if (FindReadable(hash, bytes, now) is { } known)
        {
            _counts.OnHit();
            fill = default;
            return known;
        }

        _counts.OnMiss();
        fill = Begin(hash, bytes, now);
        return null;
    }

    /// <summary>Finds the copy of a hot key that another process asks this silo for, whether this process keeps near copies for itself or not.</summary>
    /// <param name="key">The key.</param>
    /// <param name="now">Receives the time at which it may be read.</param>
    /// <param name="fill">Receives the key's hash; without a copy what <see cref="Keep"/> needs.</param>
    public NearEntry? FindCopy(ReadOnlySpan<byte> key, out long now, out NearFill fill)
    {
        now = _clock.Now;
        fill = default;
        var snapshot = _cache.Snapshot;
        if (!_isForHotKeys || !_isKept || !ReferenceEquals(snapshot, _seen))
        {
            _isForHotKeys = true;
            Look(snapshot);
            if (!_isKept)
            {
                return null;
            }
        }

        var hash = FeedHash.Of(key);
        var known = FindReadable(hash, key, now);
        fill = known is null ? Begin(hash, key, now) : new NearFill { Hash = hash };
        return known;
    }

    /// <summary>Keeps what the owner answered to a read, unless something happened to the entry meanwhile.</summary>
    public void Keep(in NearFill fill, CacheKey key, in CacheEntry entry)
    {
        if (!fill.IsWanted || !entry.Found || entry.IsStale || entry.Value.Length > _options.MaxValueBytes || !_trust!.IsUntouched(fill))
        {
            return;
        }

        var left = entry.TimeToLive is { } timeToLive ? (long)timeToLive.TotalMilliseconds : long.MaxValue;
        var copy = new NearEntry(key, entry.Value.Span)
        {
            Hash = fill.Hash,
            Version = entry.Version,
            LoadCost = entry.LoadCost,
            IsNull = entry.IsNull,
            Partition = fill.Partition,
            Stamp = fill.Stamp,
            Sliding = entry.Slides ? NearSliding.Unread : NearSliding.No,
            Clears = fill.Clears,
            TagRemovals = entry.IsTagged ? fill.TagRemovals : -1,
        };
        copy.Live(fill.SentAt, left, _longestTimeToLive);
        lock (_lock)
        {
            if (_entries.Find(fill.Hash) is { } other)
            {
                if (other.Stamp == fill.Stamp && other.Version > copy.Version)
                {
                    return;
                }

                RemoveLocked(other);
            }

            _entries.Add(copy);
            _queues.Add(copy);
            while (_queues.IsFull)
            {
                var evicted = _queues.Next();
                _entries.Remove(evicted);
                _evicted++;
                if (evicted.IsRenewalDue(now: 0, isLast: true))
                {
                    (_owed ??= []).Add(evicted);
                }
            }

            // What was heard since the look above was too early to find the copy.
            if (!_trust.IsUntouched(fill))
            {
                RemoveLocked(copy);
            }
        }
    }

    /// <summary>Drops a copy if it is older than a change; the trust has noted that before.</summary>
    public void Invalidate(ulong hash, long below)
    {
        // Under the lock, because a look without it may miss an entry while the table grows.
        lock (_lock)
        {
            if (_entries.Find(hash) is { } known && known.Version < below)
            {
                RemoveLocked(known);
            }
        }
    }

    /// <summary>Drops the copy of a key that this process has written, or may have.</summary>
    [SkipLocalsInit]
    public void Forget(CacheKey key)
    {
        if (_trust is null || key.IsEmpty)
        {
            return;
        }

        Span<byte> room = stackalloc byte[BytesOnStack];
        scoped ReadOnlySpan<byte> bytes = key.MaxByteCount <= BytesOnStack ? room[..key.CopyTo(room)] : key.ToArray();
        var hash = FeedHash.Of(bytes);
        _trust.NoteInvalidation(hash);
        Invalidate(hash, FeedEvent.All);
    }

    /// <summary>Drops all copies of entries that have tags, or all copies: which tags an entry has only its owner knows.</summary>
    public void ForgetTagged(bool all)
    {
        Interlocked.Increment(ref _tagRemovals);
        if (all)
        {
            Interlocked.Increment(ref _clears);
        }
    }

    /// <summary>
    /// Drops copies that may not be read any more: they take room from others. Lets sliding entries live on that were read here. Called now and then.
    /// </summary>
    public void Sweep()
    {
        var now = _clock.Now;
        List<NearEntry>? due;
        lock (_lock)
        {
            (due, _owed) = (_owed, null);
        }

        foreach (var known in _entries.All())
        {
            var isOver = known.ReadUntil <= now || IsRemoved(known) || _trust!.IsOutdated(known.Partition, known.Stamp);
            if (known.IsRenewalDue(now, isOver))
            {
                (due ??= []).Add(known);
            }

            if (isOver)
            {
                lock (_lock)
                {
                    RemoveLocked(known);
                }
            }
        }

        if (due is not null)
        {
            _renewals.Begin(due, _longestTimeToLive);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private NearEntry? FindReadable(ulong hash, ReadOnlySpan<byte> key, long now)
    {
        if (_entries.Find(hash) is not { } known || known.ReadUntil <= now || IsRemoved(known)
            || !_trust!.IsTrusted(known.Partition, known.Stamp, now - _staleness) || !key.SequenceEqual(known.Key))
        {
            return null;
        }

        known.NoteUse();
        return known;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private NearFill Begin(ulong hash, ReadOnlySpan<byte> key, long now)
    {
        var trust = _trust!;
        var events = trust.Events;
        var (clears, tagRemovals) = (Volatile.Read(ref _clears), Volatile.Read(ref _tagRemovals));
        var partition = Slot.Of(key).PartitionOf(trust.PartitionCount);
        return new NearFill(hash, partition, trust.StampOf(partition, now - _staleness), events, clears, tagRemovals, now);
    }

    private bool IsRemoved(NearEntry entry) =>
        entry.Clears != Volatile.Read(ref _clears) || (entry.TagRemovals >= 0 && entry.TagRemovals != Volatile.Read(ref _tagRemovals));

    private void RemoveLocked(NearEntry entry)
    {
        if (_entries.Remove(entry))
        {
            _queues.Remove(entry);
        }
    }

    private void Look(GridSnapshot snapshot)
    {
        var near = _options.Enabled || _isForHotKeys ? snapshot.NearCacheOf(_cache.Name) : default;
        var isKept = near.Mode != CacheNearMode.Off;
        if (isKept)
        {
            Volatile.Write(ref _staleness, (long)near.Staleness.TotalMilliseconds);
            _trust = _all.Follow(snapshot, near);
        }

        _isKept = isKept;
        _isOn = isKept && _options.Enabled;
        Volatile.Write(ref _seen, snapshot);
    }
}
