using Orleans.Cache.Engine.Copies;

namespace Orleans.Cache.Engine.Shards;

/// <content>What the copies of partitions ask of their shards.</content>
internal sealed partial class ShardHost
{
    private CopyGates? _gates;

    /// <summary>From now on operations are executed only as far as the silo's copies serve them.</summary>
    public void UseCopies(CopyGates gates)
    {
        Volatile.Write(ref _gates, gates);
        Settings.Events?.UseCopies(gates);
    }

    /// <summary>A cache by its index, for changes to be packed.</summary>
    public CacheStore StoreOf(int cache) => _caches[cache];

    /// <summary>Takes over a change that another copy of an open partition decided. A change of a cache that is not known here is left out.</summary>
    public void Apply(int partition, in EntryChange change)
    {
        foreach (var cache in _caches)
        {
            if (change.Cache.SequenceEqual(cache.NameBytes))
            {
                var moment = new BatchMoment(_clock);
                _runner.Apply(cache, change, _hash.Of(change.Key), partition, ref moment);
                return;
            }
        }
    }

    /// <summary>As the other <see cref="Scan(int, int, ref uint, EntryVisitor)"/>, with the entries as changes.</summary>
    public void Scan(int cache, int partition, ref uint cursor, ChangeWriter writer, List<ReadOnlyMemory<byte>> changes)
    {
        var store = _caches[cache];
        var now = _clock.Milliseconds;
        Scan(cache, partition, ref cursor, entry => changes.Add(writer.Write(ChangeKind.Entry, store.NameBytes, entry, now)));
        writer.CopyLarge(store);
    }

    /// <summary>Drops all entries of an open partition, uncounted.</summary>
    public void Clear(int partition)
    {
        lock (_lock)
        {
            CloseShards(partition);
            _room.Pool.UnmapFreed();
        }
    }

    /// <summary>A version that all later ones of the partition are above, whatever became of its entries.</summary>
    public long VersionFloorOf(int partition) => _caches.Max(cache => cache.VersionFloorOf(partition));

    /// <summary>Lets no version of a partition be given any more that is not higher. One thread at a time for each partition.</summary>
    public void RaiseVersionFloor(int partition, long version)
    {
        foreach (var cache in _caches)
        {
            cache.RaiseVersionFloor(partition, version);
        }
    }

    private bool IsReplica(int partition) => _gates is { } gates && !gates.MayServe(partition, out _);
}
