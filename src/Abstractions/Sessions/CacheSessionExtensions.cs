namespace Orleans.Cache;

/// <summary>Lets caches take part in sessions.</summary>
public static class CacheSessionExtensions
{
    /// <summary>The same cache, whose reads see at least what the session has seen, and whose calls tell the session what they have seen.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="session">The session; other caches, also of other clients, may take part in it.</param>
    public static ICache WithSession(this ICache cache, CacheSession session)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(session);
        return cache.WithOptions(new CacheCallOptions { Session = session });
    }

    /// <summary>The same cache in a session of its own that begins with what another has seen.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="token">What the other has seen.</param>
    public static ICache WithSession(this ICache cache, CacheSessionToken token) => cache.WithSession(new CacheSession(token));
}
