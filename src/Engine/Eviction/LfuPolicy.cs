using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Eviction;

/// <summary>
/// <c>lfu</c>: the entry that was used least often since it was written goes first; among equals the one that has been at it longest.
/// </summary>
/// <remarks>A queue for each count; a use moves the entry to the next one, so the count is nowhere but there. Counts end at 255.</remarks>
internal sealed class LfuPolicy(CacheArena arena) : QueuePolicy(arena, Counts)
{
    private const int Counts = 256;

    private int _lowest;

    /// <inheritdoc/>
    public override bool FollowsUses => true;

    /// <inheritdoc/>
    public override bool TryAdd(uint reference, ulong hash)
    {
        _lowest = 0;
        return Queues.TryAppend(0, reference);
    }

    /// <inheritdoc/>
    public override void Use(uint reference, ulong hash) =>
        Queues.MoveToEnd(Math.Min(Queues.QueueOf(Arena.Entry(reference)) + 1, Counts - 1), reference);

    /// <inheritdoc/>
    public override bool TryChooseVictim(out uint reference)
    {
        for (; _lowest < Counts; _lowest++)
        {
            if (Queues.TryPeek(_lowest, out reference))
            {
                return true;
            }
        }

        _lowest = 0;
        reference = 0;
        return false;
    }
}
