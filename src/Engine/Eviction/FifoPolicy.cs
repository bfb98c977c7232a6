using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Eviction;

/// <summary><c>fifo</c>: the entry that was written first goes first, however often it is used.</summary>
internal sealed class FifoPolicy(CacheArena arena) : QueuePolicy(arena, queues: 1)
{
    /// <inheritdoc/>
    public override bool TryAdd(uint reference, ulong hash) => Queues.TryAppend(0, reference);

    /// <inheritdoc/>
    public override bool TryChooseVictim(out uint reference) => Queues.TryPeek(0, out reference);
}
