using System.Text;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Eviction;
using Orleans.Cache.Engine.Expiration;
using Orleans.Cache.Engine.Index;
using Orleans.Cache.Engine.Invalidation;
using Orleans.Cache.Engine.Loading;
using Orleans.Cache.Engine.Memory;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Engine.Shards;

/// <summary>
/// One cache on a silo: its slots, its eviction policy, its timing wheel, and its shards, which share those three.
/// </summary>
/// <remarks>
/// Safe for any number of threads. Order of locks: a shard's, the policy's, then the arena's or the wheel's, then the pool's. Two shards'
/// locks are never waited for by one thread: whoever holds one only tries the other.
/// </remarks>
internal sealed partial class CacheStore
{
    /// <summary>What a shard takes on the managed heap: its objects and their headers.</summary>
    private const int ShardBytes = 320;

    private const int StepsPerPage = 2;
    private const int MostStepsToUnmap = 256;

    /// <summary>Evictions from now for which entries are prefetched.</summary>
    private const int EntriesAhead = 8;

    /// <summary>Evictions from now for which buckets of index and ghosts are prefetched: later than the entries, whose keys they follow from.</summary>
    private const int BucketsAhead = 4;

    private readonly string _name;
    private readonly CacheOptions _options;
    private readonly ShardHostSettings _settings;
    private readonly Shard?[] _shards;
    private readonly long[] _versionFloors;
    private readonly long _defaultTimeToLive;
    private readonly long _defaultSliding;
    private readonly TimingWheel.Due _reclaim;
    private readonly List<uint> _scratch = [];
    private readonly Lock _closedLock = new();
    private ShardCounts _closed;
    private long _sweptAt;
    private long _maxEntries = long.MaxValue;
    private long _maxBytes = long.MaxValue;
    private long _largeBytes;
    private long _managedBytes;

    public CacheStore(string name, int index, CacheOptions options, ShardHostSettings settings, KeyHash hash, RoomMaker room)
    {
        _name = name;
        Index = index;
        NameBytes = Encoding.UTF8.GetBytes(name);
        Room = room;
        _options = options;
        _settings = settings;
        Hash = hash;
        Loads = new LoadTable(hash);
        Arena = new CacheArena(room.Pool, EntryLayout.SizeOf(settings.Limits.MaxKeyBytes, settings.LargeValueBytes, sliding: true, large: false, marked: true, TagSection.MostBytes));
        Policy = EvictionPolicies.Create(options.Eviction, Arena, hash);
        Wheel = new TimingWheel(Arena);
        Emptier = new SlabEmptier(this);
        _shards = new Shard?[settings.PartitionCount];
        _versionFloors = new long[settings.PartitionCount];
        _defaultTimeToLive = Milliseconds(options.DefaultTimeToLive);
        _defaultSliding = Milliseconds(options.DefaultSlidingExpiration);
        _reclaim = Reclaim;
        StrictLeaseTicks = options.NearCache == CacheNearMode.Strict ? NearLease.ServerTicksOf(options.NearCacheStaleness) : 0;
        Events = settings.EventsOf(name);
        CountManaged();
    }

    /// <summary>Its place among the silo's caches.</summary>
    public int Index { get; }

    /// <summary>The name in UTF-8, as it stands in changes.</summary>
    public byte[] NameBytes { get; }

    public KeyHash Hash { get; }

    /// <summary>Who loads which of its entries from a source.</summary>
    public LoadTable Loads { get; }

    /// <summary>Whether other processes may keep near copies of its entries.</summary>
    public bool HasNearCaches => _options.NearCache != CacheNearMode.Off;

    /// <summary>How long its writes wait for a subscriber that says nothing, in ticks; 0 where they wait for none.</summary>
    public long StrictLeaseTicks { get; }

    /// <summary>The concern of its writes that name none.</summary>
    public WriteConcern WriteConcern => (WriteConcern)_options.WriteConcern;

    public RoomMaker Room { get; }

    public CacheArena Arena { get; }

    public EvictionPolicy Policy { get; }

    public TimingWheel Wheel { get; }

    /// <summary>Gives slabs back to the pool.</summary>
    public SlabEmptier Emptier { get; }

    public long Entries => Policy.Count;

    public long MaxEntries => Volatile.Read(ref _maxEntries);

    public long MaxBytes => Volatile.Read(ref _maxBytes);

    /// <summary>Bytes in use: slots, index, queues, wheel, large values, managed structures.</summary>
    public long Bytes => Arena.UsedBytes + Volatile.Read(ref _largeBytes) + Volatile.Read(ref _managedBytes);

    /// <summary>What counts against the cache's own limit: <see cref="Bytes"/> but for what is there without entries.</summary>
    public long LimitedBytes => Arena.UsedBytes + Volatile.Read(ref _largeBytes);

    /// <summary>Bytes that the cache keeps from others: slabs whether full or not, and large values.</summary>
    public long HeldBytes => Arena.SlabBytes + Volatile.Read(ref _largeBytes);

    /// <summary>Whether the cache holds more than its own limits: after a write, or when its part of the partitions shrank.</summary>
    public bool IsOverLimit => Entries > MaxEntries || LimitedBytes > MaxBytes;

    /// <summary>
    /// Sets the silo's part of the grid-wide limits by its part of the partitions. The limits are of entries: each copy of a partition, the
    /// owner's and its replicas', may hold the partition's part of them.
    /// </summary>
    public void SetShare(int openPartitions)
    {
        Volatile.Write(ref _maxEntries, Share(_options.MaxEntries, openPartitions, _settings.PartitionCount));
        Volatile.Write(ref _maxBytes, Share(_options.MaxBytes, openPartitions, _settings.PartitionCount));
    }

    public int PartitionOf(ReadOnlySpan<byte> key) => Slot.Of(key).PartitionOf(_settings.PartitionCount);

    /// <summary>Whether a value goes to memory of its own, and the class of slot that its entry needs.</summary>
    public bool IsLarge(int keyLength, int valueLength, in EntryTimes times, int tags, out int slotClass)
    {
        var size = EntryLayout.SizeOf(keyLength, valueLength, times.Sliding != 0, large: false, times.Mark.IsPresent, tags);
        var large = valueLength > _settings.LargeValueBytes || size > Arena.Sizes.Largest;
        slotClass = Arena.Sizes.ClassOf(large ? EntryLayout.SizeOf(keyLength, valueLength, times.Sliding != 0, large, times.Mark.IsPresent, tags) : size);
        return large;
    }

    /// <summary>The shard of a partition, made at its first use.</summary>
    public Shard ShardOf(int partition) => Volatile.Read(ref _shards[partition]) ?? AddShard(partition);

    /// <summary>The shard of a partition, if it was ever used.</summary>
    public Shard? FindShard(int partition) => Volatile.Read(ref _shards[partition]);

    /// <summary>Drops a partition's entries and gives its memory back.</summary>
    public void Close(int partition)
    {
        var shard = FindShard(partition);
        if (shard is null)
        {
            return;
        }

        shard.Close();
        Volatile.Write(ref _shards[partition], null);
        Emptier.End();
        lock (_closedLock)
        {
            _closed.Add(shard.Counts);
        }

        RaiseVersionFloor(partition, shard.LastVersion);
        CountManaged();
    }

    /// <summary>A version that was given or taken over in a partition, and that all later ones are above; it outlives the partition's entries.</summary>
    public long VersionFloorOf(int partition) => Math.Max(Volatile.Read(ref _versionFloors[partition]), FindShard(partition)?.LastVersion ?? 0);

    /// <summary>Lets no version be given any more that is not higher. One thread at a time for each partition.</summary>
    public void RaiseVersionFloor(int partition, long version)
    {
        Volatile.Write(ref _versionFloors[partition], Math.Max(_versionFloors[partition], version));
        FindShard(partition)?.RaiseVersion(version);
    }

    /// <summary>Gives back what is left when no partition is open any more: records of the wheel, and what the policy remembers.</summary>
    public void Forget()
    {
        Wheel.Clear();
        Policy.Lock.Enter();
        Policy.Forget();
        Policy.Lock.Exit();
        CountManaged();
    }

    /// <summary>Takes out what has expired. One thread at a time.</summary>
    public void Sweep(long now)
    {
        _sweptAt = now;
        Wheel.Advance(now, _reclaim);
        Wheel.Weed(CountManaged());
    }

    /// <summary>Evicts one entry, the policy's choice among all shards.</summary>
    /// <param name="held">The shard whose lock the caller holds, if any.</param>
    /// <param name="steps">Is lowered by one, by one for each entry that the policy moved, and by some for a large value.</param>
    public RoomOutcome Evict(Shard? held, ref int steps)
    {
        Shard shard;
        uint victim;
        ulong hash;
        Policy.Lock.Enter();
        try
        {
            var moves = Policy.Moves;
            var chosen = Policy.TryChooseVictim(out victim);
            steps -= 1 + (int)(Policy.Moves - moves);
            if (!chosen)
            {
                return RoomOutcome.Impossible;
            }

            PrefetchUpcoming();
            steps -= StepsToUnmap(victim);
            var key = Arena.Entry(victim).Key;
            hash = Hash.Of(key);
            shard = _shards[PartitionOf(key)]!;
            if (shard == held)
            {
                shard.EvictLocked(victim, hash);
                return RoomOutcome.Made;
            }

            if (shard.Lock.TryEnter())
            {
                shard.EvictLocked(victim, hash);
                shard.Lock.Exit();
                return RoomOutcome.Made;
            }
        }
        finally
        {
            Policy.Lock.Exit();
        }

        return held is null ? EvictPatiently(shard, victim, hash) : RoomOutcome.Busy;
    }

    /// <summary>Finds memory for a large value, evicting for it; not under a shard's lock.</summary>
    /// <remarks><paramref name="need"/>: Its steps are counted down, and it asks for no large value afterwards.</remarks>
    /// <returns>The value's address, held once; 0: there is none.</returns>
    public nint TryMapLarge(int bytes, ref RoomNeed need)
    {
        need.LargeBytes = SlabPool.LargeBytes(bytes);
        while (Room.Make(this, ref need, held: null) is RoomOutcome.Ready or RoomOutcome.Made)
        {
            var address = Arena.Pool.TryMapLarge(bytes);
            if (address != 0)
            {
                Interlocked.Add(ref _largeBytes, need.LargeBytes);
                need.LargeBytes = 0;
                return address;
            }

            // Another was faster, or the system refuses what the budget would allow: evict even so.
            if (need.Steps <= 0 || Evict(held: null, ref need.Steps) == RoomOutcome.Impossible)
            {
                break;
            }
        }

        return 0;
    }

    /// <summary>Lets go of a large value.</summary>
    public void ReleaseLarge(nint address, int bytes)
    {
        if (Arena.Pool.ReleaseLarge(address, bytes))
        {
            Interlocked.Add(ref _largeBytes, -SlabPool.LargeBytes(bytes));
        }
    }

    /// <summary>What the system takes to take a large value back, in steps: some per page, until pages are huge. 0: it is none.</summary>
    public int StepsToUnmap(uint reference)
    {
        var entry = Arena.Entry(reference);
        return entry.IsLarge ? (int)Math.Min(StepsPerPage * SlabPool.LargeBytes(entry.ValueLength) / VirtualMemory.PageBytes, MostStepsToUnmap) : 0;
    }

    /// <summary>The times of an entry written now, its time to live shortened by chance as the cache's options say.</summary>
    /// <param name="operation">The write.</param>
    /// <param name="now">Milliseconds of the shard clock.</param>
    /// <param name="chance">Any 64 bits.</param>
    public EntryTimes TimesOf(in ShardOperation operation, long now, ulong chance)
    {
        var absolute = AbsoluteExpiry(operation.TimeToLive, now);
        if (_options.TimeToLiveJitter > 0 && absolute != EntryLayout.Never)
        {
            var most = (ulong)((absolute - now) * Math.Min(_options.TimeToLiveJitter, 1));
            absolute -= (long)Math.BigMul(chance * 0x9E3779B97F4A7C15, most, out _);
        }

        return new EntryTimes(absolute, Sliding(operation.SlidingExpiration));
    }

    public long AbsoluteExpiry(long timeToLive, long now) => (timeToLive == 0 ? _defaultTimeToLive : timeToLive) switch
    {
        ShardOperation.Forever => EntryLayout.Never,
        var milliseconds => Math.Min(now + milliseconds, EntryLayout.Never - 1),
    };

    /// <param name="isReplica">Whether this silo holds a partition for another that serves it.</param>
    public CacheStatistics GetStatistics(Func<int, bool> isReplica)
    {
        long replicaEntries = 0, replicaBytes = 0;
        ShardCounts counts;
        lock (_closedLock)
        {
            counts = _closed;
        }

        for (var partition = 0; partition < _shards.Length; partition++)
        {
            if (FindShard(partition) is { } shard)
            {
                counts.Add(shard.Counts);
                var isHeldOnly = isReplica(partition);
                replicaEntries += isHeldOnly ? shard.Entries : 0;
                replicaBytes += isHeldOnly ? shard.EntryBytes : 0;
            }
        }

        return new CacheStatistics
        {
            Cache = _name,
            Entries = Math.Max(0, Entries - replicaEntries),
            Bytes = Math.Max(0, Bytes - replicaBytes),
            ReplicaEntries = replicaEntries,
            ReplicaBytes = replicaBytes,
            Hits = counts.Hits,
            Misses = counts.Misses,
            Writes = counts.Writes,
            Removals = counts.Removals,
            Evictions = counts.Evictions,
            Expirations = counts.Expirations,
        };
    }

    /// <summary>Checks all structures against each other. Nobody else may use the cache meanwhile.</summary>
    /// <exception cref="InvalidOperationException">They contradict each other; the message says where.</exception>
    public void Validate()
    {
        Arena.Validate();
        Policy.Validate();
        long entries = 0;
        foreach (var shard in _shards)
        {
            entries += shard?.Validate() ?? 0;
        }

        if (entries != Entries)
        {
            throw new InvalidOperationException($"the shards of '{_name}' hold {entries} entries, its eviction policy {Entries}");
        }
    }

    private static long Milliseconds(TimeSpan? duration) =>
        duration is { } value ? (long)value.TotalMilliseconds : ShardOperation.Forever;

    private static long Share(long? limit, int open, int partitions) =>
        limit is { } whole ? (long)(((Int128)whole * open + partitions - 1) / partitions) : long.MaxValue;

    private long Sliding(long sliding) => (sliding == 0 ? _defaultSliding : sliding) switch
    {
        ShardOperation.Forever => 0,
        var milliseconds => milliseconds,
    };

    /// <summary>
    /// Asks the processor for the entries that will be evicted soon, and for where they stand in index and ghosts: an eviction has four loads that
    /// need each other, all far away.
    /// </summary>
    private void PrefetchUpcoming()
    {
        if (Policy.Upcoming(EntriesAhead) is not 0 and var later)
        {
            Arena.Prefetch(later);
        }

        if (Policy.Upcoming(BucketsAhead) is not 0 and var sooner)
        {
            var key = Arena.Entry(sooner).Key;
            var hash = Hash.Of(key);
            Policy.Prefetch(hash);
            FindShard(PartitionOf(key))?.PrefetchBucket(hash);
        }
    }

    private RoomOutcome EvictPatiently(Shard shard, uint victim, ulong hash)
    {
        shard.Lock.Enter();
        try
        {
            // Another thread may have removed the entry meanwhile, and the slot may be another shard's by now.
            if (shard.Holds(victim, hash))
            {
                Policy.Lock.Enter();
                shard.EvictLocked(victim, hash);
                Policy.Lock.Exit();
            }
        }
        finally
        {
            shard.Lock.Exit();
        }

        return RoomOutcome.Made;
    }

    private Shard AddShard(int partition)
    {
        var shard = new Shard(this, partition);
        return Interlocked.CompareExchange(ref _shards[partition], shard, null) ?? shard;
    }

    private void Reclaim(ulong record, byte timer) => FindShard((int)(record >> 32))?.Reclaim((uint)record, timer, _sweptAt, _scratch);

    /// <summary>Counts again what the cache holds on the managed heap.</summary>
    /// <returns>The buckets of all its shards.</returns>
    private long CountManaged()
    {
        var bytes = Policy.ManagedBytes + ((long)_shards.Length * nint.Size);
        long buckets = 0;
        foreach (var shard in _shards)
        {
            if (shard is not null)
            {
                bytes += ShardBytes + shard.ManagedBytes;
                buckets += shard.Buckets;
            }
        }

        Arena.Pool.CountManaged(bytes - Interlocked.Exchange(ref _managedBytes, bytes));
        return buckets;
    }
}
