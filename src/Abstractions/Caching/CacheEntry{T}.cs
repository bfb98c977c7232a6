using System.Diagnostics.CodeAnalysis;

namespace Orleans.Cache;

/// <summary>The result of a typed read. A miss is told from a default value by <see cref="Found"/>.</summary>
/// <typeparam name="T">The value's type.</typeparam>
[SuppressMessage("Naming", "CA1716", Justification = "Value is the field's term.")]
public readonly record struct CacheEntry<T>
{
    /// <summary>Whether the key has an entry.</summary>
    public bool Found { get; init; }

    /// <summary>The value; the type's default for a miss.</summary>
    public T? Value { get; init; }

    /// <summary>The entry's version, above 0; 0 for a miss.</summary>
    public long Version { get; init; }

    /// <summary>How long the entry still lives unless read or written again; <see langword="null"/> where it does not expire, or for a miss.</summary>
    public TimeSpan? TimeToLive { get; init; }
}
