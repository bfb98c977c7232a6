namespace Orleans.Cache.Engine.Shards;

/// <summary>An entry of a <see cref="LruShard"/>: a node of its list from the most to the least recently used. Touched under the shard's lock.</summary>
internal sealed class ShardEntry
{
    public required byte[] Key { get; init; }

    public byte[] Value { get; set; } = [];

    public long Version { get; set; }

    /// <summary>Milliseconds of the shard clock after which the entry is gone whatever happens; <see cref="long.MaxValue"/>: never.</summary>
    public long AbsoluteExpiry { get; set; } = long.MaxValue;

    /// <summary>Milliseconds that the entry lives after its last use; 0: no such limit.</summary>
    public long Sliding { get; set; }

    /// <summary>Milliseconds of the shard clock after which the entry is gone unless used before.</summary>
    public long Expiry { get; set; } = long.MaxValue;

    /// <summary>The recency stamp of the last use.</summary>
    public long Used { get; set; }

    public ShardEntry? Newer { get; set; }

    public ShardEntry? Older { get; set; }

    public long Bytes => LruShard.EntryOverheadBytes + Key.Length + Value.Length;

    public void Renew(long now) =>
        Expiry = Sliding == 0 ? AbsoluteExpiry : Math.Min(AbsoluteExpiry, now + Sliding);
}
