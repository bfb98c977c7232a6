namespace Orleans.Cache.Contracts.Errors;

/// <summary>Turns a <see cref="CacheConditionException"/> into its wire form and back.</summary>
[RegisterConverter]
public sealed class CacheConditionExceptionConverter : IConverter<CacheConditionException, CacheErrorSurrogate>
{
    /// <inheritdoc/>
    public CacheConditionException ConvertFromSurrogate(in CacheErrorSurrogate surrogate) =>
        new((CacheWriteOutcome)surrogate.Outcome, surrogate.Version, surrogate.Message);

    /// <inheritdoc/>
    public CacheErrorSurrogate ConvertToSurrogate(in CacheConditionException value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new CacheErrorSurrogate((int)value.Code, value.Message, (int)value.Outcome, value.CurrentVersion);
    }
}
