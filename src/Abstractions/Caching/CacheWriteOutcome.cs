namespace Orleans.Cache;

/// <summary>What became of a conditional write.</summary>
public enum CacheWriteOutcome
{
    /// <summary>The entry was written.</summary>
    Stored = 0,

    /// <summary>Not written: the condition was that the key be absent, and it has an entry.</summary>
    KeyPresent = 1,

    /// <summary>Not written: the condition was that the key have an entry (of a version), and it has none.</summary>
    KeyAbsent = 2,

    /// <summary>Not written: the entry has another version.</summary>
    VersionMismatch = 3,
}
