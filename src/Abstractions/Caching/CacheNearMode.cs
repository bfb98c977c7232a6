namespace Orleans.Cache;

/// <summary>Whether processes keep near copies of what they read from a cache, and what keeps these from going stale.</summary>
public enum CacheNearMode
{
    /// <summary>Nothing is kept: each read goes to the grid.</summary>
    Off,

    /// <summary>
    /// Near copies are dropped when the owner says that their entries changed, and are not read when it has said nothing for
    /// <see cref="CacheOptions.NearCacheStaleness"/>: so stale a read may be, and no more.
    /// </summary>
    Bounded,

    /// <summary>
    /// As <see cref="Bounded"/>, and a write is acknowledged only when no process reads what was before it: each has dropped its near copy, or
    /// has been silent for so long that it does not read its copies any more.
    /// </summary>
    Strict,
}
