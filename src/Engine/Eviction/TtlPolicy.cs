using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Eviction;

/// <summary><c>ttl</c>: the entry that would expire soonest goes first; those that never expire go last.</summary>
internal sealed class TtlPolicy(CacheArena arena) : EvictionPolicy
{
    private readonly ExpiryHeap _heap = new(arena);

    /// <inheritdoc/>
    public override bool FollowsExpiry => true;

    /// <inheritdoc/>
    public override long Count => _heap.Count;

    /// <inheritdoc/>
    public override long ManagedBytes => _heap.ManagedBytes;

    /// <inheritdoc/>
    public override bool TryAdd(uint reference, ulong hash) => _heap.TryAdd(reference);

    /// <inheritdoc/>
    public override void ExpiryChanged(uint reference) => _heap.Fix(arena.Entry(reference));

    /// <inheritdoc/>
    public override bool TryChooseVictim(out uint reference)
    {
        reference = _heap.Count == 0 ? 0 : _heap.Top;
        return reference != 0;
    }

    /// <inheritdoc/>
    public override void Remove(uint reference, ulong hash, bool evicted) => _heap.Remove(arena.Entry(reference));

    /// <inheritdoc/>
    public override void Moved(uint to) => _heap.Replace(to);

    /// <inheritdoc/>
    public override void Validate() => _heap.Validate();
}
