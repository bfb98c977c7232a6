namespace Orleans.Cache;

/// <summary>A typed value could not be turned into bytes or back.</summary>
public sealed class CacheSerializationException : CacheException
{
    /// <summary>Makes an error.</summary>
    public CacheSerializationException(string message, Exception? innerException = null)
        : base(CacheErrorCode.Serialization, message, innerException)
    {
    }
}
