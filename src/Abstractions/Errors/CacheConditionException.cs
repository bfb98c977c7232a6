namespace Orleans.Cache;

/// <summary>The condition of a write did not hold, so nothing was written. Thrown by <see cref="CacheWriteResult.EnsureStored"/> only.</summary>
public sealed class CacheConditionException : CacheException
{
    /// <summary>Makes an error.</summary>
    public CacheConditionException(CacheWriteOutcome outcome, long currentVersion, string message)
        : base(CacheErrorCode.ConditionFailed, message)
    {
        Outcome = outcome;
        CurrentVersion = currentVersion;
    }

    /// <summary>Which condition failed.</summary>
    public CacheWriteOutcome Outcome { get; }

    /// <summary>The version of the entry as it stands, or 0 where there is none.</summary>
    public long CurrentVersion { get; }
}
