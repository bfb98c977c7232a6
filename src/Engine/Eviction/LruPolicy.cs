using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Eviction;

/// <summary><c>lru</c>, strict: the entry whose last use is longest ago goes first.</summary>
internal sealed class LruPolicy(CacheArena arena) : QueuePolicy(arena, queues: 1)
{
    /// <inheritdoc/>
    public override bool FollowsUses => true;

    /// <inheritdoc/>
    public override bool TryAdd(uint reference, ulong hash) => Queues.TryAppend(0, reference);

    /// <inheritdoc/>
    public override void Use(uint reference, ulong hash) => Queues.MoveToEnd(0, reference);

    /// <inheritdoc/>
    public override bool TryChooseVictim(out uint reference) => Queues.TryPeek(0, out reference);
}
