namespace Orleans.Cache;

/// <summary>What went wrong, as a number that also travels between processes. Append-only: a number never changes its meaning.</summary>
public enum CacheErrorCode
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>The key is null, empty, longer than the limit, or not well-formed text.</summary>
    InvalidKey = 1,

    /// <summary>The value is longer than the limit.</summary>
    ValueTooLarge = 2,

    /// <summary>The time to live is zero, negative or over the limit.</summary>
    InvalidTimeToLive = 3,

    /// <summary>The batch has more operations, or more bytes, than the limit.</summary>
    BatchTooLarge = 4,

    /// <summary>The same key stands twice in one batch.</summary>
    DuplicateKey = 5,

    /// <summary>The grid has no cache of that name.</summary>
    UnknownCache = 6,

    /// <summary>The entry to increment does not hold a whole number.</summary>
    NotANumber = 7,

    /// <summary>The increment would leave the range of a signed 64-bit number.</summary>
    IncrementOverflow = 8,

    /// <summary>The version to compare with is not one that a grid gives out.</summary>
    InvalidVersion = 9,

    /// <summary>The condition of a write did not hold.</summary>
    ConditionFailed = 10,

    /// <summary>The entry alone is larger than the memory that its cache or silo may use.</summary>
    EntryTooLarge = 11,

    /// <summary>The request cannot be read: another version of the protocol, or damaged.</summary>
    MalformedRequest = 12,

    /// <summary>An entry has too many tags, or one that is empty, too long, not well-formed text, or <c>*</c>.</summary>
    InvalidTag = 13,

    /// <summary>A factory asked for the value that it is loading itself.</summary>
    RecursiveLoad = 14,

    /// <summary>The cache has no hot keys, or as many keys of it are pinned as may be.</summary>
    HotKeys = 15,

    /// <summary>The grid could not be reached or is not ready; nothing was done.</summary>
    Unavailable = 20,

    /// <summary>The grid did not answer; the operation may or may not have been done.</summary>
    OutcomeUnknown = 21,

    /// <summary>A write asked for a majority of the copies, and too few are in sync; nothing was done.</summary>
    NoMajority = 22,

    /// <summary>The value's type has no serializer, or its bytes do not fit the type.</summary>
    Serialization = 30,

    /// <summary>The value was not loaded within the hard timeout.</summary>
    LoadTimedOut = 40,

    /// <summary>The source is left alone for a while because too many loads failed.</summary>
    SourceBroken = 41,

    /// <summary>The cache's events are not switched on.</summary>
    EventsOff = 50,

    /// <summary>This process does not have the stream provider that the silos send events by.</summary>
    NoStreamProvider = 51,
}
