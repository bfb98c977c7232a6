using System.Globalization;

namespace Orleans.Cache;

/// <summary>A value was not there, and loading it did not come to an end. What a factory throws reaches its callers as it is, not as this.</summary>
public sealed class CacheLoadException : CacheException
{
    internal CacheLoadException(CacheErrorCode code, string message, Exception? innerException)
        : base(code, message, innerException)
    {
    }

    internal static CacheLoadException TimedOut(TimeSpan timeout) => new(
        CacheErrorCode.LoadTimedOut,
        string.Create(CultureInfo.InvariantCulture, $"The factory did not return within {timeout}. Nothing was stored, and it is not waited for any more: let it watch its cancellation token. Or raise HardTimeout."),
        null);

    internal static CacheLoadException WaitedTooLong(TimeSpan timeout) => new(
        CacheErrorCode.LoadTimedOut,
        string.Create(CultureInfo.InvariantCulture, $"Other processes loaded the value, and none had it within {timeout}. Try again, or raise HardTimeout."),
        null);

    internal static CacheLoadException SourceBroken(Exception innerException) => new(
        CacheErrorCode.SourceBroken,
        "Too many loads of this cache failed lately, so its source is not asked for a while (Loading:Breaker). Try again later; with FailSafe stale values are served meanwhile.",
        innerException);
}
