namespace Orleans.Cache;

/// <summary>The grid could not be reached or is not ready. The operation was <b>not done</b>; it is safe to try it again.</summary>
public sealed class CacheUnavailableException : CacheException
{
    /// <summary>Makes an error.</summary>
    public CacheUnavailableException(string message, Exception? innerException = null)
        : base(CacheErrorCode.Unavailable, message, innerException)
    {
    }

    internal CacheUnavailableException(CacheErrorCode code, string message)
        : base(code, message)
    {
    }

    internal static CacheUnavailableException NoMajority() => new(
        CacheErrorCode.NoMajority,
        "Not done: the write asks for a majority of the copies, and too few are in sync with the key's owner. A silo is lost or still being filled: try again when the grid has its silos, or write with the concern Replicated.");
}
