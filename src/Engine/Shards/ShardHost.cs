using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Engine.Shards;

/// <summary>
/// All shards of a silo: one for each open partition and cache that has entries in it. The door into the engine; everything behind it may
/// change.
/// </summary>
/// <remarks>
/// Safe for any number of threads. <see cref="Execute"/> never waits for anything but the lock of the shards it touches. A partition is
/// open under an epoch; data outlives the grain that opened it (docs/decisions).
/// </remarks>
internal sealed class ShardHost : IDisposable
{
    /// <summary>Makes a host without open partitions.</summary>
    /// <param name="settings">Validated by the caller.</param>
    /// <param name="time">Expiry follows its monotonic clock; versions start from its wall clock and never go back.</param>
    public ShardHost(ShardHostSettings settings, TimeProvider time)
    {
        _ = time;
        Settings = settings;
        throw new NotImplementedException();
    }

    public ShardHostSettings Settings { get; }

    /// <summary>The caches' names, by index.</summary>
    public IReadOnlyList<string> CacheNames => throw new NotImplementedException();

    /// <summary>Finds a cache's index for <see cref="Execute"/>.</summary>
    public bool TryFindCache(string name, out int cache) => throw new NotImplementedException();

    /// <summary>Opens a partition, empty, under an epoch.</summary>
    /// <returns>Whether it was opened now; it stays as it is when open already, and its epoch rises if the new one is higher.</returns>
    public bool Open(int partition, long epoch) => throw new NotImplementedException();

    /// <summary>Closes a partition and frees its memory, unless it was opened under a higher epoch since.</summary>
    public bool Close(int partition, long epoch) => throw new NotImplementedException();

    public bool IsOpen(int partition) => throw new NotImplementedException();

    /// <summary>
    /// Executes a batch. Operations on one key happen in their order; those on partitions that are not open are answered
    /// <see cref="OperationStatus.Moved"/>, those over a limit <see cref="OperationStatus.Invalid"/> or
    /// <see cref="OperationStatus.EntryTooLarge"/>. The caller has checked that offsets and lengths lie within the payload.
    /// </summary>
    public void Execute(int cache, in ShardBatch batch) => throw new NotImplementedException();

    /// <summary>Reclaims entries whose time is over. Called every second.</summary>
    public void Sweep() => throw new NotImplementedException();

    /// <summary>What was counted for each cache.</summary>
    public IReadOnlyList<CacheStatistics> GetStatistics() => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
