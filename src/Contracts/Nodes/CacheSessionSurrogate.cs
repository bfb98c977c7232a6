namespace Orleans.Cache.Contracts.Nodes;

/// <summary>The wire form of <see cref="CacheSession"/>, which knows nothing of Orleans. Append-only, guarded by the wire contract test.</summary>
/// <param name="Token">What the session has seen: see <see cref="CacheSessionToken.ToString"/>.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.session")]
public readonly record struct CacheSessionSurrogate([property: Id(0)] string Token);
