namespace Orleans.Cache.Contracts.Errors;

/// <summary>Turns a <see cref="CacheSerializationException"/> into its wire form and back.</summary>
[RegisterConverter]
public sealed class CacheSerializationExceptionConverter : IConverter<CacheSerializationException, CacheErrorSurrogate>
{
    /// <inheritdoc/>
    public CacheSerializationException ConvertFromSurrogate(in CacheErrorSurrogate surrogate) => new(surrogate.Message);

    /// <inheritdoc/>
    public CacheErrorSurrogate ConvertToSurrogate(in CacheSerializationException value) => CacheErrorSurrogate.Of(value);
}
