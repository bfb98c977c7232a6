namespace Orleans.Cache;

/// <summary>What happened to an entry or a cache. The numbers are on the wire: append-only.</summary>
public enum CacheEventKind
{
    /// <summary>Events between the one before and the one after did not reach this reader; <see cref="CacheEvent.Missed"/> says how many.</summary>
    Missed = 0,

    /// <summary>An entry was written: by a set, an increment or a load.</summary>
    Set = 1,

    /// <summary>An entry was removed by its key.</summary>
    Removed = 2,

    /// <summary>An entry's time was over. Told when the silo drops it: when somebody asks for it, or within some seconds.</summary>
    Expired = 3,

    /// <summary>An entry was dropped to make room for others.</summary>
    Evicted = 4,

    /// <summary>Entries with one of some tags were removed. Each silo tells its part, some of them perhaps more than once.</summary>
    TagsRemoved = 5,

    /// <summary>All entries were removed. Each silo tells its part, some of them perhaps more than once.</summary>
    Cleared = 6,
}
