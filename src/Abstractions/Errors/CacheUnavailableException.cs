namespace Orleans.Cache;

/// <summary>The grid could not be reached or is not ready. The operation was <b>not done</b>; it is safe to try it again.</summary>
public sealed class CacheUnavailableException : CacheException
{
    /// <summary>Makes an error.</summary>
    public CacheUnavailableException(string message, Exception? innerException = null)
        : base(CacheErrorCode.Unavailable, message, innerException)
    {
    }
}
