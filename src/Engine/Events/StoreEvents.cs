namespace Orleans.Cache.Engine.Events;

/// <summary>The events of one cache that has them. Called under a shard's lock.</summary>
/// <param name="buffer">Where they go.</param>
/// <param name="number">The cache's number among those with events.</param>
internal sealed class StoreEvents(EventBuffer buffer, int number)
{
    /// <summary>What an operation did, which only the owner of a partition executes.</summary>
    public void Add(CacheEventKind kind, ReadOnlySpan<byte> subject, long version) => buffer.Add(kind, number, subject, version);

    /// <summary>What happened of itself, as it does on every copy of a partition.</summary>
    public void AddOwn(CacheEventKind kind, int partition, ReadOnlySpan<byte> key, long version)
    {
        if (buffer.SpeaksFor(partition))
        {
            buffer.Add(kind, number, key, version);
        }
    }
}
