namespace Orleans.Cache;

/// <summary>
/// A write was sent and no answer came. It <b>may or may not have been done</b>: read the entry before trying again, unless doing it twice
/// does no harm.
/// </summary>
public sealed class CacheOutcomeUnknownException : CacheException
{
    /// <summary>Makes an error.</summary>
    public CacheOutcomeUnknownException(string message, Exception? innerException = null)
        : base(CacheErrorCode.OutcomeUnknown, message, innerException)
    {
    }
}
