namespace Orleans.Cache.Contracts.Errors;

/// <summary>
/// The wire form of the errors of a cache, which know nothing of Orleans: a grain that lets one through would else end its caller with another. What caused it
/// does not travel, for it may be of any type; its message says it. Append-only, guarded by the wire contract test.
/// </summary>
/// <param name="Code">The number of the <see cref="CacheErrorCode"/>.</param>
/// <param name="Message">What was wrong, for people.</param>
/// <param name="Outcome">Of a condition that failed: the number of the <see cref="CacheWriteOutcome"/>.</param>
/// <param name="Version">Of a condition that failed: the entry's version.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.error")]
public readonly record struct CacheErrorSurrogate(
    [property: Id(0)] int Code,
    [property: Id(1)] string Message,
    [property: Id(2)] int Outcome = 0,
    [property: Id(3)] long Version = 0)
{
    /// <summary>Of an error that has nothing but these.</summary>
    public static CacheErrorSurrogate Of(CacheException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new CacheErrorSurrogate((int)error.Code, error.Message);
    }
}
