namespace Orleans.Cache;

/// <summary>What must be true of the entry as it stands for a write to happen. The default value is no condition.</summary>
public readonly record struct CacheCondition
{
    private CacheCondition(CacheConditionKind kind, long version)
    {
        Kind = kind;
        Version = version;
    }

    /// <summary>No condition.</summary>
    public static CacheCondition None => default;

    /// <summary>The key has no entry.</summary>
    public static CacheCondition IfAbsent => new(CacheConditionKind.IfAbsent, 0);

    /// <summary>The key has an entry.</summary>
    public static CacheCondition IfPresent => new(CacheConditionKind.IfPresent, 0);

    /// <summary>The kind of condition.</summary>
    public CacheConditionKind Kind { get; }

    /// <summary>The version to compare with, for <see cref="CacheConditionKind.IfVersion"/>; else 0.</summary>
    public long Version { get; }

    /// <summary>The key's entry has exactly this version.</summary>
    /// <param name="version">A version that a read or write returned; above 0.</param>
    /// <exception cref="CacheRequestException"><paramref name="version"/> is not above 0.</exception>
    public static CacheCondition IfVersion(long version) =>
        version > 0 ? new(CacheConditionKind.IfVersion, version) : throw CacheRequestException.InvalidVersion(version);
}
