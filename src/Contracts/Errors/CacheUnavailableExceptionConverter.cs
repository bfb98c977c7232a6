namespace Orleans.Cache.Contracts.Errors;

/// <summary>Turns a <see cref="CacheUnavailableException"/> into its wire form and back.</summary>
[RegisterConverter]
public sealed class CacheUnavailableExceptionConverter : IConverter<CacheUnavailableException, CacheErrorSurrogate>
{
    /// <inheritdoc/>
    public CacheUnavailableException ConvertFromSurrogate(in CacheErrorSurrogate surrogate) => new((CacheErrorCode)surrogate.Code, surrogate.Message);

    /// <inheritdoc/>
    public CacheErrorSurrogate ConvertToSurrogate(in CacheUnavailableException value) => CacheErrorSurrogate.Of(value);
}
