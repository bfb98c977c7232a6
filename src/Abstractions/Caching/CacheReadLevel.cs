namespace Orleans.Cache;

/// <summary>Which copy may answer a read. See docs/consistency.md. Append-only: the numbers are on the wire.</summary>
public enum CacheReadLevel
{
    /// <summary>The owner: the read sees every write that was acknowledged before it began.</summary>
    Owner = 0,

    /// <summary>
    /// Any copy that can prove how old it is: the one in this process, or the one with the least to do. What it answers was so at most twice
    /// <c>Cache:Replication:LeaseDuration</c> ago. When a copy does not answer soon, the next one is asked.
    /// </summary>
    Any = 1,
}
