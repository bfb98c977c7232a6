namespace Orleans.Cache.Engine.Shards;

/// <summary>What a shard counts, under its lock: no operation touches a counter that another processor writes.</summary>
internal struct ShardCounts
{
    public long Hits;
    public long Misses;
    public long Writes;
    public long Removals;
    public long Evictions;
    public long Expirations;

    public void Add(in ShardCounts other)
    {
        Hits += other.Hits;
        Misses += other.Misses;
        Writes += other.Writes;
        Removals += other.Removals;
        Evictions += other.Evictions;
        Expirations += other.Expirations;
    }
}
