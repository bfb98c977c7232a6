using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Shards;

/// <summary>
/// Large values that arrive in chunks, until they are committed. They lie where the entry will have them, so that a commit copies nothing, and
/// count in the silo's memory budget and the cache's limit as if they were entries.
/// </summary>
/// <remarks>
/// A value is known by an id that its sender chose at random. Freed when it is committed or discarded, or when no chunk came for
/// <see cref="TimeToLive"/>. Safe for any number of threads; a value's lock is held while a chunk is copied, and never while a shard's is.
/// </remarks>
internal sealed class StagingArea(long maxBytes)
{
    /// <summary>How long a value waits for its next chunk, in milliseconds.</summary>
    public const long TimeToLive = 30_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, StagedValue> _values = [];
    private long _bytes;

    /// <summary>The bytes of all values that are staged, counted whole from their first chunk.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Takes a chunk; the first to come finds the memory for all.</summary>
    public OperationStatus Stage(CacheStore store, in ShardOperation operation, ReadOnlySpan<byte> chunk, long now)
    {
        if (!TryFindOrBegin(store, operation, now, out var value))
        {
            return OperationStatus.StagingFull;
        }

        lock (value.Lock)
        {
            if (value.IsOver || value.Store != store || value.Length != operation.Length)
            {
                return OperationStatus.NotStaged;
            }

            value.Until = now + TimeToLive;
            if (value.Address == 0 && Map(value) is not OperationStatus.Done and var failure)
            {
                End(value);
                return failure;
            }

            value.Add((int)operation.Offset, chunk);
            return OperationStatus.Done;
        }
    }

    /// <summary>Gives up a value, whether it has begun or not: its chunks are refused from now on.</summary>
    public OperationStatus Discard(CacheStore store, long id, long now)
    {
        StagedValue? value;
        lock (_lock)
        {
            if (!_values.TryGetValue(id, out value))
            {
                _values[id] = new StagedValue(store, length: 0) { IsOver = true, Until = now + TimeToLive };
                return OperationStatus.NotStaged;
            }
        }

        lock (value.Lock)
        {
            var wasOpen = !value.IsOver && value.Store == store;
            if (wasOpen)
            {
                End(value);
            }

            return wasOpen ? OperationStatus.Done : OperationStatus.NotStaged;
        }
    }

    /// <summary>Takes a whole value out: its memory is the caller's to release.</summary>
    /// <returns><see langword="false"/> when there is no such value, or not all of it; it is given up then.</returns>
    public bool TryTake(CacheStore store, long id, long now, out nint address, out int length)
    {
        (address, length) = (0, 0);
        StagedValue? value;
        lock (_lock)
        {
            if (!_values.TryGetValue(id, out value))
            {
                return false;
            }
        }

        lock (value.Lock)
        {
            if (value.IsOver || value.Store != store)
            {
                return false;
            }

            if (value.IsComplete)
            {
                (address, length) = (value.Address, value.Length);
                value.Address = 0;
            }

            value.Until = now + TimeToLive;
            End(value);
            return address != 0;
        }
    }

    /// <summary>Forgets values whose time is over.</summary>
    public void Sweep(long now)
    {
        List<StagedValue>? over = null;
        lock (_lock)
        {
            foreach (var (id, value) in _values)
            {
                if (value.Until <= now)
                {
                    _values.Remove(id);
                    (over ??= []).Add(value);
                }
            }
        }

        foreach (var value in over ?? [])
        {
            lock (value.Lock)
            {
                End(value);
            }
        }
    }

    private bool TryFindOrBegin(CacheStore store, in ShardOperation operation, long now, out StagedValue value)
    {
        lock (_lock)
        {
            if (_values.TryGetValue(operation.Argument, out value!))
            {
                return true;
            }

            if (operation.Length > maxBytes - Bytes)
            {
                return false;
            }

            value = new StagedValue(store, (int)operation.Length) { Until = now + TimeToLive };
            _values.Add(operation.Argument, value);
            Interlocked.Add(ref _bytes, value.Length);
            return true;
        }
    }

    private static OperationStatus Map(StagedValue value)
    {
        var need = new RoomNeed { Steps = RoomMaker.StepsPerWrite, LargeBytes = SlabPool.LargeBytes(value.Length) };
        if (!value.Store.Room.CouldEverFit(value.Store, need))
        {
            return OperationStatus.EntryTooLarge;
        }

        value.Address = value.Store.TryMapLarge(value.Length, ref need);
        return value.Address == 0 ? OperationStatus.NoRoom : OperationStatus.Done;
    }

    private void End(StagedValue value)
    {
        if (value.IsOver)
        {
            return;
        }

        value.IsOver = true;
        Interlocked.Add(ref _bytes, -value.Length);
        if (value.Address != 0)
        {
            value.Store.ReleaseLarge(value.Address, value.Length);
            value.Address = 0;
        }
    }
}
