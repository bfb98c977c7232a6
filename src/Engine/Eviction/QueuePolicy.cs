using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Eviction;

/// <summary>A policy whose whole state about an entry is the queue in which it stands and its place there.</summary>
internal abstract class QueuePolicy(CacheArena arena, int queues) : EvictionPolicy
{
    /// <inheritdoc/>
    public sealed override long Count => Queues.Count;

    /// <inheritdoc/>
    public override long ManagedBytes => Queues.ManagedBytes;

    /// <summary>The queue that the last victim came from.</summary>
    protected int VictimQueue { get; set; }

    protected CacheArena Arena => arena;

    protected EntryQueues Queues { get; } = new(arena, queues);

    /// <inheritdoc/>
    public sealed override void PrefetchPlace(uint position) => Queues.Prefetch(position);

    /// <inheritdoc/>
    public sealed override uint Upcoming(int ahead) => Queues.Ahead(VictimQueue, ahead);

    /// <inheritdoc/>
    public override void Remove(uint reference, ulong hash, bool evicted) => Queues.Remove(arena.Entry(reference));

    /// <inheritdoc/>
    public sealed override void Moved(uint to) => Queues.Replace(to);

    /// <inheritdoc/>
    public override void Validate() => Queues.Validate();
}
