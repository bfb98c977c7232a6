namespace Orleans.Cache.Engine.Shards;

/// <summary>
/// Finds the shard whose least recently used entry is the oldest of all, so that many shards evict as one list would.
/// </summary>
/// <remarks>
/// A heap of shards by the stamp of their oldest entry, corrected only when a shard comes to the top: that stamp never falls while a shard
/// stays non-empty, so a stale stamp is a lower bound, and a shard whose stamp is still true at the top holds the oldest entry. A shard
/// stands in the heap once while it is non-empty. Locks: a shard may add itself while it holds its own lock, so this queue never
/// asks a shard for anything while it holds its own.
/// </remarks>
internal sealed class VictimQueue
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<LruShard, long> _shards = new();

    public void Add(LruShard shard, long stamp)
    {
        lock (_lock)
        {
            _shards.Enqueue(shard, stamp);
        }
    }

    /// <summary>Takes the shard with the oldest entry out of the queue; <see cref="PutBack"/> must follow.</summary>
    /// <returns><see langword="false"/> when all shards are empty.</returns>
    public bool TryTake(out LruShard shard)
    {
        while (true)
        {
            long known;
            lock (_lock)
            {
                if (!_shards.TryDequeue(out shard!, out known))
                {
                    return false;
                }
            }

            if (!shard.TryGetOldestStamp(out var actual))
            {
                continue;
            }

            if (actual == known)
            {
                return true;
            }

            Add(shard, actual);
        }
    }

    /// <summary>Puts a shard back that <see cref="TryTake"/> took out, unless it is empty by now.</summary>
    public void PutBack(LruShard shard)
    {
        if (shard.TryGetOldestStamp(out var stamp))
        {
            Add(shard, stamp);
        }
    }
}
