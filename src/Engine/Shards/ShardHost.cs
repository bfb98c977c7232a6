using System.Runtime.CompilerServices;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Index;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Shards;

/// <summary>
/// All shards of a silo: one for each open partition and cache that has entries in it. The door into the engine; everything behind it may
/// change.
/// </summary>
/// <remarks>
/// Safe for any number of threads. <see cref="Execute"/> never waits for anything but the locks of the shards it touches, and of the
/// copies it writes to. A partition is open under an epoch; data outlives the grain that opened it. Once the silo has copies, they open and
/// close partitions, and say which are served.
/// </remarks>
internal sealed partial class ShardHost : IDisposable
{
    private const long Closed = 0;

    /// <summary>As many operations are prefetched together: enough for the loads to overlap, few enough to stay in the nearest cache.</summary>
    private const int Stretch = 32;
    private const int StepsPerSweep = 100_000;
    private const int WarmSlabs = 64;

    private readonly Lock _lock = new();
    private readonly Lock _sweepLock = new();
    private readonly ShardClock _clock;
    private readonly KeyHash _hash;
    private readonly RoomMaker _room;
    private readonly StagingArea _staging;
    private readonly OperationRunner _runner;
    private readonly CacheStore[] _caches;
    private readonly Dictionary<string, int> _cacheIndexes = new(StringComparer.Ordinal);
    private readonly long[] _epochs;
    private int _open;

    /// <summary>Makes a host without open partitions.</summary>
    /// <param name="settings">Validated by the caller.</param>
    /// <param name="time">Expiry follows its monotonic clock; versions start from its wall clock and never go back.</param>
    public ShardHost(ShardHostSettings settings, TimeProvider time)
    {
        Settings = settings;
        _clock = new ShardClock(time);
        _hash = settings.HashSeed is { } seed ? new KeyHash(seed, settings.HashBits) : KeyHash.CreateRandom();
        _room = new RoomMaker(new SlabPool(settings.MemoryBudgetBytes, settings.RefuseMemory));
        CacheNames = [.. settings.Caches.Keys.Order(StringComparer.Ordinal)];
        _caches = [.. CacheNames.Select((name, index) => new CacheStore(name, index, settings.Caches[name], settings, _hash, _room))];
        _room.Use(_caches);
        _staging = new StagingArea(settings.MaxStagedBytes);
        _runner = new OperationRunner(_room, _staging);
        _epochs = new long[settings.PartitionCount];
        for (var index = 0; index < CacheNames.Count; index++)
        {
            _cacheIndexes[CacheNames[index]] = index;
        }
    }

    /// <summary>The settings that the host was made with; <see cref="MemoryBudgetBytes"/> says what counts now.</summary>
    public ShardHostSettings Settings { get; }

    /// <summary>The memory that all caches may use together now.</summary>
    public long MemoryBudgetBytes => _room.Pool.BudgetBytes;

    /// <summary>The memory in use: slabs whether full or not, large values, and structures on the managed heap.</summary>
    public long UsedBytes => _room.Pool.UsedBytes;

    /// <summary>The memory that the engine keeps from the rest of the machine: <see cref="UsedBytes"/> and slabs not given back yet.</summary>
    public long ResidentBytes => _room.Pool.ResidentBytes;

    /// <summary>The bytes of large values whose chunks have begun to arrive, and that are not committed; a part of <see cref="UsedBytes"/>.</summary>
    public long StagedBytes => _staging.Bytes;

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
            if (known == Closed)
            {
                // An operation that had seen the partition open before it was closed may have come to write since.
                CloseShards(partition);
                SetOpenLocked(_open + 1);
            }

            Volatile.Write(ref _epochs[partition], Math.Max(known, epoch));
            return known == Closed;
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
            CloseShards(partition);
            SetOpenLocked(_open - 1);
            for (var cache = 0; _open == 0 && cache < _caches.Length; cache++)
            {
                _caches[cache].Forget();
            }

            _room.Pool.UnmapFreed();
            _room.Pool.Trim();
            return true;
        }
    }

    public bool IsOpen(int partition) => Volatile.Read(ref _epochs[partition]) != Closed;

    /// <summary>
    /// Executes a batch. Operations on one key happen in their order; those on partitions that are not open are answered
    /// <see cref="OperationStatus.Moved"/>, those over a limit <see cref="OperationStatus.Invalid"/> or
    /// <see cref="OperationStatus.EntryTooLarge"/>. The caller has checked that offsets and lengths lie within the payload.
    /// </summary>
    /// <returns>What the results still wait for: other copies of what was written. Most often nothing; then they are complete.</returns>
    [SkipLocalsInit]
    public BatchWait? Execute(int cache, in ShardBatch batch)
    {
        var store = _caches[cache];
        var gates = _gates;
        Span<ulong> hashes = stackalloc ulong[Stretch];
        Span<int> partitions = stackalloc int[Stretch];
        Span<long> epochs = stackalloc long[Stretch];
        BatchWait? wait = null;
        var moment = new BatchMoment(_clock);
        for (var start = 0; start < batch.Operations.Length; start += Stretch)
        {
            var count = Math.Min(Stretch, batch.Operations.Length - start);
            Prepare(store, gates, batch, start, hashes[..count], partitions, epochs);
            PrefetchEntries(store, batch.Operations.Slice(start, count), hashes, partitions);
            for (var index = 0; index < count; index++)
            {
                if (partitions[index] < 0)
                {
                    continue;
                }

                if (gates is null)
                {
                    _runner.Run(store, batch, start + index, hashes[index], partitions[index], ref moment);
                }
                else if (!gates.Run(_runner, store, batch, start + index, hashes[index], partitions[index], epochs[index], ref moment, ref wait))
                {
                    partitions[index] = -1;
                }
            }

            gates?.Check(store, batch, start, hashes[..count], partitions, epochs, ref wait);
            if (!batch.Sessions.IsEmpty)
            {
                gates?.NoteSeen(store, batch, start, hashes[..count], partitions);
            }
        }

        _room.Pool.UnmapSurplus();
        return gates?.End(batch, wait);
    }

    /// <summary>Reclaims entries whose time is over, and memory that lowered limits no longer allow. Called every second.</summary>
    public void Sweep()
    {
        lock (_sweepLock)
        {
            foreach (var cache in _caches)
            {
                cache.Sweep(_clock.Milliseconds);
            }

            _staging.Sweep(_clock.Milliseconds);
            _room.Shrink(StepsPerSweep);
            _room.Pool.UnmapFreed();
            _room.Pool.Trim(WarmSlabs);
        }
    }

    /// <summary>
    /// Changes the memory budget, up to what it was when the host was made. What is used above it is evicted in steps: by the writes, and by
    /// <see cref="Sweep"/>.
    /// </summary>
    public void SetMemoryBudget(long bytes) => _room.Pool.SetBudget(bytes);

    /// <summary>Checks all structures against each other; for tests and benchmarks. Nobody else may use the host meanwhile.</summary>
    /// <exception cref="InvalidOperationException">They contradict each other; the message says where.</exception>
    public void Validate()
    {
        foreach (var cache in _caches)
        {
            cache.Validate();
        }

        if (UsedBytes > Math.Max(MemoryBudgetBytes, Settings.MemoryBudgetBytes))
        {
            throw new InvalidOperationException($"{UsedBytes} bytes are in use, the budget is {MemoryBudgetBytes}");
        }
    }

    /// <summary>
    /// Hands out the entries of one bucket after the other, while others read and write: whoever starts at 0 and goes on until the cursor is
    /// 0 again has seen every entry that was there throughout, some perhaps twice.
    /// </summary>
    /// <param name="cache">The cache's index.</param>
    /// <param name="partition">An open partition.</param>
    /// <param name="cursor">0 to start, then what the last call left there.</param>
    /// <param name="visit">Called under the shard's lock, with a view of each entry that is valid for that call only.</param>
    public void Scan(int cache, int partition, ref uint cursor, EntryVisitor visit)
    {
        var shard = _caches[cache].FindShard(partition);
        if (shard is null)
        {
            cursor = 0;
            return;
        }

        shard.Scan(ref cursor, _clock.Milliseconds, visit);
    }

    /// <summary>What was counted for each cache.</summary>
    public IReadOnlyList<CacheStatistics> GetStatistics() => [.. _caches.Select(cache => cache.GetStatistics(IsReplica))];

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var partition = 0; partition < _epochs.Length; partition++)
        {
            Close(partition, long.MaxValue);
        }

        _staging.Sweep(long.MaxValue);
        _room.Pool.UnmapFreed();
        _room.Pool.Dispose();
    }

    /// <summary>
    /// Hashes the keys of a stretch of operations, and asks the processor for all their buckets; for all their entries then
    /// <see cref="PrefetchEntries"/>. Loads that would be waited for one by one overlap; a single operation gains too, because the lines of its
    /// entry come together.
    /// </summary>
    /// <remarks><paramref name="partitions"/>: Receives the partition, or -1 when the operation is answered already.
    /// <paramref name="epochs"/>: With gates, receives its epoch.</remarks>
    private void Prepare(CacheStore store, CopyGates? gates, in ShardBatch batch, int start, Span<ulong> hashes, Span<int> partitions, Span<long> epochs)
    {
        for (var index = 0; index < hashes.Length; index++)
        {
            ref readonly var operation = ref batch.Operations[start + index];
            ref var result = ref batch.Results[start + index];
            result = default;
            partitions[index] = -1;
            if (!OperationRules.IsValid(operation, Settings.Limits))
            {
                result.Status = OperationStatus.Invalid;
                continue;
            }

            var key = batch.KeyOf(operation);
            var partition = store.PartitionOf(key);
            if (gates is null
                ? !IsOpen(partition)
                : !gates.MayServe(partition, out epochs[index]) && !gates.MayReadStale(operation, partition, out epochs[index]))
            {
                result.Status = OperationStatus.Moved;
                continue;
            }

            partitions[index] = partition;
            hashes[index] = _hash.Of(key);
            store.ShardOf(partition).PrefetchBucket(hashes[index]);
        }
    }

    private static void PrefetchEntries(
        CacheStore store, ReadOnlySpan<ShardOperation> operations, ReadOnlySpan<ulong> hashes, ReadOnlySpan<int> partitions)
    {
        for (var index = 0; index < operations.Length; index++)
        {
            if (partitions[index] < 0)
            {
                continue;
            }

            var shard = store.ShardOf(partitions[index]);
            shard.PrefetchState();
            if (!shard.PrefetchEntry(hashes[index]) && operations[index].Kind == OperationKind.Set)
            {
                store.Policy.Prefetch(hashes[index]);
            }
        }
    }

    private void CloseShards(int partition)
    {
        foreach (var cache in _caches)
        {
            cache.Close(partition);
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
}
