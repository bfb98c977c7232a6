namespace Orleans.Cache;

/// <summary>The grid refused this silo; the message says why and how to mend it. The silo does not start.</summary>
public sealed class CacheGridStartException : Exception
{
    /// <summary>Makes an error.</summary>
    public CacheGridStartException(string message)
        : base(message)
    {
    }
}
