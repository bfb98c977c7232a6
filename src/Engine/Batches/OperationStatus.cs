namespace Orleans.Cache.Engine.Batches;

/// <summary>What became of an operation. The numbers are on the wire: append-only, guarded by the golden test of the batch format.</summary>
internal enum OperationStatus : byte
{
    /// <summary>Not executed yet. Never on the wire.</summary>
    Pending = 0,

    /// <summary>Done: found, stored, removed, touched or incremented.</summary>
    Done = 1,

    /// <summary>The key has no entry: a miss, or nothing to remove or touch.</summary>
    NotFound = 2,

    /// <summary>Set not done: the condition was absence, and the key has an entry.</summary>
    KeyPresent = 3,

    /// <summary>Set not done: the condition was presence or a version, and the key has no entry.</summary>
    KeyAbsent = 4,

    /// <summary>Set not done: the entry has another version.</summary>
    VersionMismatch = 5,

    /// <summary>Increment not done: the value is no whole number.</summary>
    NotANumber = 6,

    /// <summary>Increment not done: the sum leaves 64 bits.</summary>
    Overflow = 7,

    /// <summary>Set not done: the entry alone is larger than the memory it may use.</summary>
    EntryTooLarge = 8,

    /// <summary>Not done: this silo does not serve the key's partition (any more, or yet). Ask for the map again.</summary>
    Moved = 9,

    /// <summary>Not done: the operation breaks a limit or makes no sense. Our own clients check before they send.</summary>
    Invalid = 10,

    /// <summary>
    /// Not done: there is no room yet. What one write may evict was evicted and did not suffice, or the system refuses memory. What was there
    /// before is still there, unless it was evicted; ask again.
    /// </summary>
    NoRoom = 11,

    /// <summary>Not executed: the reply is full, or the batch does not say when it was sent, which a write with an id needs. Ask again at once.</summary>
    Deferred = 12,

    /// <summary>Found, and counted as a hit; the value is larger than the caller takes in one piece. Ask for its ranges.</summary>
    Chunked = 13,

    /// <summary>Not done: no such value is staged, or not all of it. It was never begun, was used or given up, or its time was over.</summary>
    NotStaged = 14,

    /// <summary>Not done: as much is staged on this silo as may be.</summary>
    StagingFull = 15,

    /// <summary>Perhaps done: the silo lost the partition, or its replicas did not answer, before it knew whether the write will last.</summary>
    Unknown = 16,

    /// <summary>Write not done: its concern is a majority, and too few copies are in sync.</summary>
    NoMajority = 17,

    /// <summary>Write not executed by this attempt, but perhaps by an earlier one: so much has happened since that its id may be forgotten.</summary>
    Forgotten = 18,

    /// <summary>Read not done: this copy does not have yet what the caller's session has seen. Ask another copy, or the owner.</summary>
    Behind = 20,
}
