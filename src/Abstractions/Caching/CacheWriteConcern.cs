namespace Orleans.Cache;

/// <summary>How many copies have a write before it is acknowledged. See docs/consistency.md. Append-only: the numbers are on the wire.</summary>
public enum CacheWriteConcern
{
    /// <summary>The owner alone; the replicas get it right after. Lost if the owner is lost before that.</summary>
    Owner = 0,

    /// <summary>Every copy in sync. Lost only if all of those are lost at once.</summary>
    Replicated = 1,

    /// <summary>
    /// As <see cref="Replicated"/>; and where those are no majority of the copies that the partition should have, the write is not done:
    /// <see cref="CacheUnavailableException"/> with <see cref="CacheErrorCode.NoMajority"/>.
    /// </summary>
    Majority = 2,
}
