namespace Orleans.Cache;

/// <summary>The base of all errors of a cache. Its message says what was wrong, what was expected and how to mend it.</summary>
public abstract class CacheException : Exception
{
    /// <summary>Makes an error.</summary>
    protected CacheException(CacheErrorCode code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>What went wrong.</summary>
    public CacheErrorCode Code { get; }
}
