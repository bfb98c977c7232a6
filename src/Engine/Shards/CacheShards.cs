using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Engine.Shards;

/// <summary>One cache's shards on a silo, its settings, its limits and its counts. Safe for any number of threads.</summary>
internal sealed class CacheShards(string name, CacheOptions options, ShardHostSettings settings, ShardClock clock)
{
    private readonly LruShard?[] _shards = new LruShard?[settings.PartitionCount];
    private readonly long _defaultTimeToLive = Milliseconds(options.DefaultTimeToLive);
    private readonly long _defaultSliding = Milliseconds(options.DefaultSlidingExpiration);
    private long _maxEntries = long.MaxValue;
    private long _maxBytes = long.MaxValue;
    private long _entries;
    private long _bytes;
    private long _hits;
    private long _misses;
    private long _writes;
    private long _removals;
    private long _evictions;
    private long _expirations;

    public VictimQueue Victims { get; } = new();

    public long Bytes => Volatile.Read(ref _bytes);

    public long LargestEntryBytes => Math.Min(Volatile.Read(ref _maxBytes), settings.MemoryBudgetBytes);

    /// <summary>Whether the cache holds more than its own limits, the silo's budget aside.</summary>
    public bool IsOverLimit => Volatile.Read(ref _entries) > Volatile.Read(ref _maxEntries) || Bytes > Volatile.Read(ref _maxBytes);

    /// <summary>Sets the silo's part of the grid-wide limits by its part of the partitions.</summary>
    public void SetShare(int openPartitions)
    {
        Volatile.Write(ref _maxEntries, Share(options.MaxEntries, openPartitions, settings.PartitionCount));
        Volatile.Write(ref _maxBytes, Share(options.MaxBytes, openPartitions, settings.PartitionCount));
    }

    /// <summary>The shard of a partition, made at its first use.</summary>
    public LruShard Shard(int partition)
    {
        var shard = Volatile.Read(ref _shards[partition]);
        if (shard is null)
        {
            shard = new LruShard(this, clock);
            shard = Interlocked.CompareExchange(ref _shards[partition], shard, null) ?? shard;
        }

        return shard;
    }

    /// <summary>Drops a partition's entries.</summary>
    public void Clear(int partition) => Interlocked.Exchange(ref _shards[partition], null)?.Clear();

    public void Sweep()
    {
        foreach (var shard in _shards)
        {
            shard?.Sweep();
        }
    }

    public long AbsoluteExpiry(long timeToLive, long now) => (timeToLive == 0 ? _defaultTimeToLive : timeToLive) switch
    {
        ShardOperation.Forever => long.MaxValue,
        var milliseconds => now + milliseconds,
    };

    /// <returns>Milliseconds; 0: none.</returns>
    public long SlidingExpiration(long sliding) => (sliding == 0 ? _defaultSliding : sliding) switch
    {
        ShardOperation.Forever => 0,
        var milliseconds => milliseconds,
    };

    public void CountRead(bool hit) => Interlocked.Increment(ref hit ? ref _hits : ref _misses);

    public void CountWrite() => Interlocked.Increment(ref _writes);

    public void CountRemoval() => Interlocked.Increment(ref _removals);

    public void CountEviction() => Interlocked.Increment(ref _evictions);

    public void CountExpiration() => Interlocked.Increment(ref _expirations);

    public void CountBytes(long bytes, int entries)
    {
        Interlocked.Add(ref _bytes, bytes);
        Interlocked.Add(ref _entries, entries);
    }

    public CacheStatistics GetStatistics() => new()
    {
        Cache = name,
        Entries = Volatile.Read(ref _entries),
        Bytes = Bytes,
        Hits = Volatile.Read(ref _hits),
        Misses = Volatile.Read(ref _misses),
        Writes = Volatile.Read(ref _writes),
        Removals = Volatile.Read(ref _removals),
        Evictions = Volatile.Read(ref _evictions),
        Expirations = Volatile.Read(ref _expirations),
    };

    private static long Milliseconds(TimeSpan? duration) =>
        duration is { } value ? (long)value.TotalMilliseconds : ShardOperation.Forever;

    private static long Share(long? limit, int open, int partitions) =>
        limit is { } whole ? (long)(((Int128)whole * open + partitions - 1) / partitions) : long.MaxValue;
}
