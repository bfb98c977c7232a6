using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Engine.Shards;

/// <summary>
/// All shards of a silo: one for each open partition and cache that has entries in it. The door into the engine; everything behind it may
/// change.
/// </summary>
/// <remarks>
/// Safe for any number of threads. <see cref="Execute"/> never waits for anything but the lock of the shards it touches. A partition is
/// open under an epoch; data outlives the grain that opened it.
/// </remarks>
internal sealed class ShardHost : IDisposable
{
    private const long Closed = 0;

    private readonly Lock _lock = new();
    private readonly CacheShards[] _caches;
    private readonly Dictionary<string, int> _cacheIndexes = new(StringComparer.Ordinal);
    private readonly long[] _epochs;
    private int _open;

    /// <summary>Makes a host without open partitions.</summary>
    /// <param name="settings">Validated by the caller.</param>
    /// <param name="time">Expiry follows its monotonic clock; versions start from its wall clock and never go back.</param>
    public ShardHost(ShardHostSettings settings, TimeProvider time)
    {
        Settings = settings;
        var clock = new ShardClock(time);
        CacheNames = [.. settings.Caches.Keys.Order(StringComparer.Ordinal)];
        _caches = [.. CacheNames.Select(name => new CacheShards(name, settings.Caches[name], settings, clock))];
        _epochs = new long[settings.PartitionCount];
        for (var index = 0; index < CacheNames.Count; index++)
        {
            _cacheIndexes[CacheNames[index]] = index;
        }
    }

    public ShardHostSettings Settings { get; }

    /// <summary>The caches' names, by index.</summary>
    public IReadOnlyList<string> CacheNames { get; }

    /// <summary>How many partitions are open.</summary>
    public int OpenPartitions => Volatile.Read(ref _open);

    /// <summary>Finds a cache's index for <see cref="Execute"/>.</summary>
    public bool TryFindCache(string name, out int cache) => _cacheIndexes.TryGetValue(name, out cache);

    /// <summary>Opens a partition, empty, under an epoch.</summary>
    /// <param name="partition">0 to the partition count, exclusive.</param>
    /// <param name="epoch">Above 0.</param>
    /// <returns>Whether it was opened now; it stays as it is when open already, and its epoch rises if the new one is higher.</returns>
    public bool Open(int partition, long epoch)
    {
        lock (_lock)
        {
            var known = _epochs[partition];
            Volatile.Write(ref _epochs[partition], Math.Max(known, epoch));
            if (known != Closed)
            {
                return false;
            }

            SetOpenLocked(_open + 1);
            return true;
        }
    }

    /// <summary>Closes a partition and frees its memory, unless it was opened under a higher epoch since.</summary>
    public bool Close(int partition, long epoch)
    {
        lock (_lock)
        {
            if (_epochs[partition] == Closed || _epochs[partition] > epoch)
            {
                return false;
            }

            Volatile.Write(ref _epochs[partition], Closed);
            foreach (var cache in _caches)
            {
                cache.Clear(partition);
            }

            SetOpenLocked(_open - 1);
            return true;
        }
    }

    public bool IsOpen(int partition) => Volatile.Read(ref _epochs[partition]) != Closed;

    /// <summary>
    /// Executes a batch. Operations on one key happen in their order; those on partitions that are not open are answered
    /// <see cref="OperationStatus.Moved"/>, those over a limit <see cref="OperationStatus.Invalid"/> or
    /// <see cref="OperationStatus.EntryTooLarge"/>. The caller has checked that offsets and lengths lie within the payload.
    /// </summary>
    public void Execute(int cache, in ShardBatch batch)
    {
        var shards = _caches[cache];
        for (var index = 0; index < batch.Operations.Length; index++)
        {
            ref readonly var operation = ref batch.Operations[index];
            ref var result = ref batch.Results[index];
            result = default;
            if (!OperationRules.IsValid(operation, Settings.Limits))
            {
                result.Status = OperationStatus.Invalid;
                continue;
            }

            var partition = Slot.Of(batch.KeyOf(operation)).PartitionOf(Settings.PartitionCount);
            if (!IsOpen(partition))
            {
                result.Status = OperationStatus.Moved;
                continue;
            }

            shards.Shard(partition).Execute(batch, operation, ref result);
            if (operation.Kind is OperationKind.Set or OperationKind.Increment)
            {
                MakeRoom(shards);
            }
        }
    }

    /// <summary>Reclaims entries whose time is over. Called every second.</summary>
    public void Sweep()
    {
        foreach (var cache in _caches)
        {
            cache.Sweep();
        }
    }

    /// <summary>What was counted for each cache.</summary>
    public IReadOnlyList<CacheStatistics> GetStatistics() => [.. _caches.Select(cache => cache.GetStatistics())];

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var partition = 0; partition < _epochs.Length; partition++)
        {
            Close(partition, long.MaxValue);
        }
    }

    private void SetOpenLocked(int open)
    {
        Volatile.Write(ref _open, open);
        foreach (var cache in _caches)
        {
            cache.SetShare(open);
        }
    }

    private void MakeRoom(CacheShards written)
    {
        while (written.IsOverLimit && Evict(written))
        {
        }

        while (_caches.Sum(static cache => cache.Bytes) > Settings.MemoryBudgetBytes)
        {
            // The cache that holds the most gives first: a small one must not be pushed out by a flood into a large one.
            if (!Evict(_caches.MaxBy(static cache => cache.Bytes)!))
            {
                return;
            }
        }
    }

    private static bool Evict(CacheShards cache)
    {
        if (!cache.Victims.TryTake(out var shard))
        {
            return false;
        }

        shard.EvictOldest();
        cache.Victims.PutBack(shard);
        return true;
    }
}
