namespace Orleans.Cache.Contracts.Nodes;

/// <summary>
/// Turns a session into its wire form and back: it travels in Orleans' request context, as it is when the message is made. Whoever is called
/// has a session of its own from then on.
/// </summary>
[RegisterConverter]
public sealed class CacheSessionConverter : IConverter<CacheSession, CacheSessionSurrogate>
{
    private static bool _isUsed;

    /// <summary>Whether any session travels in request contexts that this process knows: others need not look there.</summary>
    public static bool IsUsed
    {
        get => Volatile.Read(ref _isUsed);
        set => Volatile.Write(ref _isUsed, value);
    }

    /// <inheritdoc/>
    public CacheSession ConvertFromSurrogate(in CacheSessionSurrogate surrogate)
    {
        IsUsed = true;
        return new CacheSession(CacheSessionToken.Parse(surrogate.Token));
    }

    /// <inheritdoc/>
    public CacheSessionSurrogate ConvertToSurrogate(in CacheSession value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(value.Token.ToString());
    }
}
