namespace Orleans.Cache.Contracts.Errors;

/// <summary>Turns a <see cref="CacheOutcomeUnknownException"/> into its wire form and back.</summary>
[RegisterConverter]
public sealed class CacheOutcomeUnknownExceptionConverter : IConverter<CacheOutcomeUnknownException, CacheErrorSurrogate>
{
    /// <inheritdoc/>
    public CacheOutcomeUnknownException ConvertFromSurrogate(in CacheErrorSurrogate surrogate) => new(surrogate.Message);

    /// <inheritdoc/>
    public CacheErrorSurrogate ConvertToSurrogate(in CacheOutcomeUnknownException value) => CacheErrorSurrogate.Of(value);
}
