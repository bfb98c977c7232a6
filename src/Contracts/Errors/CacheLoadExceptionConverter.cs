namespace Orleans.Cache.Contracts.Errors;

/// <summary>Turns a <see cref="CacheLoadException"/> into its wire form and back.</summary>
[RegisterConverter]
public sealed class CacheLoadExceptionConverter : IConverter<CacheLoadException, CacheErrorSurrogate>
{
    /// <inheritdoc/>
    public CacheLoadException ConvertFromSurrogate(in CacheErrorSurrogate surrogate) => new((CacheErrorCode)surrogate.Code, surrogate.Message, innerException: null);

    /// <inheritdoc/>
    public CacheErrorSurrogate ConvertToSurrogate(in CacheLoadException value) => CacheErrorSurrogate.Of(value);
}
