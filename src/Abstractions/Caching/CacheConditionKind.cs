namespace Orleans.Cache;

/// <summary>The kinds of conditions of a write. The numbers are on the wire: append-only.</summary>
public enum CacheConditionKind
{
    /// <summary>No condition.</summary>
    None = 0,

    /// <summary>The key has no entry.</summary>
    IfAbsent = 1,

    /// <summary>The key has an entry.</summary>
    IfPresent = 2,

    /// <summary>The key's entry has a given version.</summary>
    IfVersion = 3,
}
