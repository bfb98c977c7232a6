using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Eviction;

/// <summary>
/// Which entry of a cache has to go. One policy decides for all shards of a cache on the silo, so cutting the cache into partitions costs
/// no hits.
/// </summary>
/// <remarks>
/// All members but the constants run under <see cref="Lock"/>, which is entered while a shard's lock is held or none; under it no shard's
/// lock may be waited for, only tried. An entry is added when it is written first and removed before its slot is freed, so whatever a
/// policy holds may be read under the lock: its key does not change, and its header only in what the policy does not look at.
/// </remarks>
internal abstract class EvictionPolicy
{
    /// <summary>A mutable struct: entered and left by the callers, see the remarks.</summary>
    public ShortLock Lock;

    /// <summary>Whether <see cref="Use"/> must be called for each use, under the lock.</summary>
    public virtual bool FollowsUses => false;

    /// <summary>Whether uses are to be counted in the entry, for which no lock but the shard's is taken.</summary>
    public virtual bool CountsUses => false;

    /// <summary>Whether <see cref="ExpiryChanged"/> must be called after each write.</summary>
    public virtual bool FollowsExpiry => false;

    /// <summary>Entries held.</summary>
    public abstract long Count { get; }

    /// <summary>Entries that were moved in order to choose victims, ever: what choosing costs beyond a glance.</summary>
    public long Moves { get; protected set; }

    /// <summary>What the policy holds on the managed heap, in bytes.</summary>
    public abstract long ManagedBytes { get; }

    /// <summary>Asks the processor for what adding or evicting an entry of a hash looks at. From any thread, without the lock.</summary>
    public virtual void Prefetch(ulong hash)
    {
    }

    /// <summary>Asks the processor for where an entry stands in the policy's structures. From any thread, without the lock.</summary>
    /// <remarks><paramref name="position"/>: The entry's, or anything.</remarks>
    public virtual void PrefetchPlace(uint position)
    {
    }

    /// <summary>The entry that will probably be chosen so many victims from now; 0: nobody knows.</summary>
    public virtual uint Upcoming(int ahead) => 0;

    /// <summary>Takes in a new entry.</summary>
    /// <returns><see langword="false"/> when there is no memory for it; nothing has changed then.</returns>
    public abstract bool TryAdd(uint reference, ulong hash);

    /// <summary>The entry was read or overwritten.</summary>
    public virtual void Use(uint reference, ulong hash)
    {
    }

    /// <summary>The entry's expiry may have changed. Only called when <see cref="FollowsExpiry"/>.</summary>
    public virtual void ExpiryChanged(uint reference)
    {
    }

    /// <summary>The entry that should go next; it stays until <see cref="Remove"/>.</summary>
    public abstract bool TryChooseVictim(out uint reference);

    /// <summary>Lets an entry go.</summary>
    /// <remarks><paramref name="evicted"/>: To make room, as <see cref="TryChooseVictim"/> said; else removed or expired.</remarks>
    public abstract void Remove(uint reference, ulong hash, bool evicted);

    /// <summary>An entry's bytes were copied to another slot.</summary>
    public abstract void Moved(uint to);

    /// <summary>Gives back what is remembered of entries that have gone. Called when the cache is empty.</summary>
    public virtual void Forget()
    {
    }

    /// <summary>Checks the policy's structures against each other.</summary>
    public abstract void Validate();
}
