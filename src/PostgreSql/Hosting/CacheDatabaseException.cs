namespace Orleans.Cache;

/// <summary>The database cannot be used as it is; the message says why and how to mend it, and has no password in it.</summary>
public sealed class CacheDatabaseException : Exception
{
    /// <summary>Makes an error.</summary>
    /// <param name="message">What is wrong, and what to do.</param>
    /// <param name="isUnreachable">Whether the database did not answer.</param>
    /// <param name="innerException">What was thrown below.</param>
    public CacheDatabaseException(string message, bool isUnreachable = false, Exception? innerException = null)
        : base(message, innerException) => IsUnreachable = isUnreachable;

    /// <summary>Whether the database did not answer, as it may a little later; else it did, and refused.</summary>
    public bool IsUnreachable { get; }
}
