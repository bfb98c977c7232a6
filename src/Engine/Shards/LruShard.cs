using System.Buffers.Text;
using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Engine.Shards;

/// <summary>
/// The entries of one cache in one partition: a dictionary and a list from the most to the least recently used.
/// </summary>
/// <remarks>
/// Every member takes the shard's lock, for one operation at most; nothing else is locked meanwhile. Counts go to the cache's
/// <see cref="CacheShards"/> as they happen. Expired entries are dropped when they are met, and by <see cref="Sweep"/>.
/// </remarks>
internal sealed class LruShard(CacheShards owner, ShardClock clock)
{
    /// <summary>What an entry costs beside its key and value: three objects' headers, fields, and the dictionary's slot.</summary>
    public const int EntryOverheadBytes = 160;

    private const int MaxNumberLength = 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<byte[], ShardEntry> _entries = new(KeyComparer.Instance);
    private ShardEntry? _newest;
    private ShardEntry? _oldest;
    private long _lastVersion;
    private bool _queued;

    /// <summary>The stamp of the least recently used entry, which only ever grows; called by the queue of victims when it took the shard out.</summary>
    /// <returns><see langword="false"/> when the shard is empty: it then queues itself again with its next entry.</returns>
    public bool TryGetOldestStamp(out long stamp)
    {
        lock (_lock)
        {
            stamp = _oldest?.Used ?? 0;
            _queued = _oldest is not null;
            return _queued;
        }
    }

    /// <summary>Executes one operation.</summary>
    public void Execute(in ShardBatch batch, in ShardOperation operation, ref ShardResult result)
    {
        lock (_lock)
        {
            var now = clock.Milliseconds;
            var lookup = _entries.GetAlternateLookup<ReadOnlySpan<byte>>();
            var found = lookup.TryGetValue(batch.KeyOf(operation), out var entry);
            if (found && entry!.Expiry <= now)
            {
                DropLocked(entry);
                owner.CountExpiration();
                found = false;
            }

            var existing = found ? entry : null;
            switch (operation.Kind)
            {
                case OperationKind.Get:
                    GetLocked(batch, existing, now, ref result);
                    break;
                case OperationKind.Set:
                    SetLocked(batch, operation, existing, now, ref result);
                    break;
                case OperationKind.Remove:
                    RemoveLocked(existing, ref result);
                    break;
                case OperationKind.Touch:
                    TouchLocked(operation, existing, now, ref result);
                    break;
                case OperationKind.Increment:
                    IncrementLocked(batch, operation, existing, now, ref result);
                    break;
                default:
                    Describe(existing, now, ref result);
                    break;
            }
        }
    }

    /// <summary>Removes the least recently used entry, if there is one.</summary>
    public bool EvictOldest()
    {
        lock (_lock)
        {
            if (_oldest is null)
            {
                return false;
            }

            DropLocked(_oldest);
            owner.CountEviction();
            return true;
        }
    }

    /// <summary>Drops what has expired.</summary>
    public void Sweep()
    {
        lock (_lock)
        {
            var now = clock.Milliseconds;
            var entry = _oldest;
            while (entry is not null)
            {
                var newer = entry.Newer;
                if (entry.Expiry <= now)
                {
                    DropLocked(entry);
                    owner.CountExpiration();
                }

                entry = newer;
            }
        }
    }

    /// <summary>Drops everything, uncounted.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            while (_oldest is not null)
            {
                DropLocked(_oldest);
            }
        }
    }

    private static void Describe(ShardEntry? entry, long now, ref ShardResult result)
    {
        result.Status = entry is null ? OperationStatus.NotFound : OperationStatus.Done;
        result.Version = entry?.Version ?? 0;
        result.Number = entry is null || entry.Expiry == long.MaxValue ? ShardOperation.Forever : entry.Expiry - now;
    }

    private static OperationStatus Check(in ShardOperation operation, ShardEntry? existing) => (CacheConditionKind)operation.Condition switch
    {
        CacheConditionKind.IfAbsent when existing is not null => OperationStatus.KeyPresent,
        CacheConditionKind.IfPresent or CacheConditionKind.IfVersion when existing is null => OperationStatus.KeyAbsent,
        CacheConditionKind.IfVersion when existing!.Version != operation.Argument => OperationStatus.VersionMismatch,
        _ => OperationStatus.Done,
    };

    private void GetLocked(in ShardBatch batch, ShardEntry? entry, long now, ref ShardResult result)
    {
        owner.CountRead(entry is not null);
        if (entry is not null)
        {
            UseLocked(entry, now);
            result.ValueOffset = batch.Values.Append(entry.Value);
            result.ValueLength = entry.Value.Length;
        }

        Describe(entry, now, ref result);
    }

    private void SetLocked(in ShardBatch batch, in ShardOperation operation, ShardEntry? existing, long now, ref ShardResult result)
    {
        result.Version = existing?.Version ?? 0;
        result.Status = Check(operation, existing);
        if (result.Status == OperationStatus.Done)
        {
            var value = batch.ValueOf(operation);
            var bytes = EntryOverheadBytes + operation.KeyLength + value.Length;
            if (bytes > owner.LargestEntryBytes)
            {
                result.Status = OperationStatus.EntryTooLarge;
                return;
            }

            var entry = existing ?? AddLocked(batch.KeyOf(operation));
            WriteLocked(entry, value.ToArray());
            SetExpiry(entry, operation, now);
            UseLocked(entry, now);
            result.Version = entry.Version;
        }
    }

    private void RemoveLocked(ShardEntry? entry, ref ShardResult result)
    {
        result.Status = entry is null ? OperationStatus.NotFound : OperationStatus.Done;
        if (entry is not null)
        {
            DropLocked(entry);
            owner.CountRemoval();
        }
    }

    private void TouchLocked(in ShardOperation operation, ShardEntry? entry, long now, ref ShardResult result)
    {
        if (entry is not null)
        {
            entry.AbsoluteExpiry = owner.AbsoluteExpiry(operation.TimeToLive, now);
            UseLocked(entry, now);
        }

        Describe(entry, now, ref result);
    }

    private void IncrementLocked(in ShardBatch batch, in ShardOperation operation, ShardEntry? entry, long now, ref ShardResult result)
    {
        long number = 0;
        if (entry is not null && !(Utf8Parser.TryParse(entry.Value, out number, out var read) && read == entry.Value.Length))
        {
            result.Status = OperationStatus.NotANumber;
            return;
        }

        var sum = unchecked(number + operation.Argument);
        if (((number ^ sum) & (operation.Argument ^ sum)) < 0)
        {
            result.Status = OperationStatus.Overflow;
            return;
        }

        Span<byte> text = stackalloc byte[MaxNumberLength];
        Utf8Formatter.TryFormat(sum, text, out var length);
        if (entry is null)
        {
            entry = AddLocked(batch.KeyOf(operation));
            SetExpiry(entry, operation, now);
        }

        WriteLocked(entry, text[..length].ToArray());
        UseLocked(entry, now);
        result.Status = OperationStatus.Done;
        result.Version = entry.Version;
        result.Number = sum;
    }

    private ShardEntry AddLocked(ReadOnlySpan<byte> key)
    {
        var entry = new ShardEntry { Key = key.ToArray() };
        _entries.Add(entry.Key, entry);
        owner.CountBytes(entry.Bytes, entries: 1);
        return entry;
    }

    private void WriteLocked(ShardEntry entry, byte[] value)
    {
        owner.CountBytes(value.Length - entry.Value.Length, entries: 0);
        owner.CountWrite();
        entry.Value = value;

        // A hybrid logical clock: the wall clock where it has moved on, else the last version plus one.
        _lastVersion = Math.Max(_lastVersion + 1, clock.UnixMilliseconds << 16);
        entry.Version = _lastVersion;
    }

    private void SetExpiry(ShardEntry entry, in ShardOperation operation, long now)
    {
        entry.AbsoluteExpiry = owner.AbsoluteExpiry(operation.TimeToLive, now);
        entry.Sliding = owner.SlidingExpiration(operation.SlidingExpiration);
    }

    private void UseLocked(ShardEntry entry, long now)
    {
        entry.Renew(now);
        entry.Used = clock.NextStamp();
        if (_newest == entry)
        {
            return;
        }

        UnlinkLocked(entry);
        entry.Older = _newest;
        _newest?.Newer = entry;
        _newest = entry;
        _oldest ??= entry;
        if (!_queued)
        {
            _queued = true;
            owner.Victims.Add(this, _oldest.Used);
        }
    }

    private void DropLocked(ShardEntry entry)
    {
        UnlinkLocked(entry);
        _entries.Remove(entry.Key);
        owner.CountBytes(-entry.Bytes, entries: -1);
    }

    private void UnlinkLocked(ShardEntry entry)
    {
        entry.Newer?.Older = entry.Older;
        entry.Older?.Newer = entry.Newer;
        if (_newest == entry)
        {
            _newest = entry.Older;
        }

        if (_oldest == entry)
        {
            _oldest = entry.Newer;
        }

        entry.Newer = null;
        entry.Older = null;
    }
}
