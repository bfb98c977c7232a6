namespace Orleans.Cache.Contracts.Errors;

/// <summary>Turns a <see cref="CacheRequestException"/> into its wire form and back.</summary>
[RegisterConverter]
public sealed class CacheRequestExceptionConverter : IConverter<CacheRequestException, CacheErrorSurrogate>
{
    /// <inheritdoc/>
    public CacheRequestException ConvertFromSurrogate(in CacheErrorSurrogate surrogate) => new((CacheErrorCode)surrogate.Code, surrogate.Message);

    /// <inheritdoc/>
    public CacheErrorSurrogate ConvertToSurrogate(in CacheRequestException value) => CacheErrorSurrogate.Of(value);
}
