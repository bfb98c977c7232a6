using Orleans.Cache.Client.Routing;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Client.HotKeys;

/// <summary>
/// The keys of one cache that their owners say are hot. A few, and each only for a short time after its owner said so. Safe for any number of threads.
/// </summary>
/// <remarks>
/// <para>What makes reads of copies right for this process where copies may be stale: an entry begins with an answer of the owner, and knows its version; an
/// older copy does not count. A write of this process ends the entry, and an answer to a read that left before the write was over begins none
/// (<see cref="StampOf"/>). So the process reads its own writes, and of one key nothing older than it has read before.</para>
/// </remarks>
internal sealed class HotEntries
{
    /// <summary>So many are known at most.</summary>
    public const int Most = 64;

    private const int Stripes = 1024;

    private readonly Lock _lock = new();
    private readonly long[] _writes = new long[Stripes];
    private long _clears;
    private volatile HotEntry[] _entries = [];

    public bool IsEmpty => _entries.Length == 0;

    /// <summary>How long a process believes what an owner said, in seconds.</summary>
    public const int Seconds = 2;

    /// <summary>Changes with every write of this process to a key of the slot.</summary>
    public long StampOf(Slot slot) => Volatile.Read(ref _writes[slot.Number % Stripes]) + Volatile.Read(ref _clears);

    /// <summary>The entry of an operation's key, if its owner said not long ago that it is hot.</summary>
    public HotEntry? Find(in Operation operation, TimeProvider time)
    {
        if (Find(operation) is not { } entry)
        {
            return null;
        }

        if (time.GetTimestamp() - entry.AnnouncedAt <= Seconds * time.TimestampFrequency)
        {
            return entry;
        }

        Forget(entry);
        return null;
    }

    /// <summary>Takes note of an answer to a get.</summary>
    /// <param name="operation">The get.</param>
    /// <param name="result">The answer.</param>
    /// <param name="stamp">What <see cref="StampOf"/> said before it was sent.</param>
    /// <param name="time">The clock.</param>
    public void Note(in Operation operation, in ShardResult result, long stamp, TimeProvider time)
    {
        // What a replica answers says nothing of what the owner thinks.
        if (operation.Header is not { Kind: OperationKind.Get, Level: ReadLevel.Owner or ReadLevel.Hot } || result.IsCopy
            || result.Status is not (OperationStatus.Done or OperationStatus.NotFound or OperationStatus.Chunked))
        {
            return;
        }

        var known = Find(operation);
        if (!result.IsHot)
        {
            if (known is not null)
            {
                Forget(known);
            }

            return;
        }

        var now = time.GetTimestamp();
        known ??= Add(operation, result, stamp, now, time.TimestampFrequency);
        known?.NoteVersion(result.Version);
        known?.NoteAnnouncement(now, time.TimestampFrequency / 16);
    }

    /// <summary>Called when this process has written a key, or may have.</summary>
    public void OnWrite(in Operation operation)
    {
        Interlocked.Increment(ref _writes[operation.Slot.Number % Stripes]);
        if (!IsEmpty && Find(operation) is { } entry)
        {
            Forget(entry);
        }
    }

    /// <summary>Called when this process has written any number of keys.</summary>
    public void OnWriteOfAll()
    {
        Interlocked.Increment(ref _clears);
        lock (_lock)
        {
            _entries = [];
        }
    }

    private HotEntry? Find(in Operation operation)
    {
        foreach (var entry in _entries)
        {
            if (entry.Slot == operation.Slot && entry.Key == operation.Key)
            {
                return entry;
            }
        }

        return null;
    }

    private HotEntry? Add(in Operation operation, in ShardResult result, long stamp, long now, long frequency)
    {
        lock (_lock)
        {
            // Under the lock: a write that comes later finds the entry.
            if (Find(operation) is { } known)
            {
                return known;
            }

            var entries = _entries;
            if (entries.Length == Most)
            {
                entries = [.. entries.Where(entry => now - entry.AnnouncedAt <= Seconds * frequency)];
            }

            if (entries.Length == Most)
            {
                return null;
            }

            var entry = new HotEntry(operation.Key.ToArray(), operation.Slot);
            entry.NoteVersion(result.Version);
            entry.NoteAnnouncement(now, grain: 0);
            _entries = [.. entries, entry];

            // The entry is there for writers to see before it is asked whether there was one.
            Interlocked.MemoryBarrier();
            if (StampOf(operation.Slot) == stamp)
            {
                return entry;
            }

            // A write that was over before did not find it.
            _entries = entries;
            return null;
        }
    }

    private void Forget(HotEntry entry)
    {
        lock (_lock)
        {
            _entries = [.. _entries.Where(known => known != entry)];
        }
    }
}
