namespace Orleans.Cache;

/// <summary>How a process loads values from their sources, when a call of <c>GetOrSetAsync</c> does not say.</summary>
public sealed class CacheLoadingOptions
{
    /// <summary>What counts for all caches.</summary>
    /// <value>Default: nothing set.</value>
    public CacheLoadOptions Defaults { get; set; } = new();

    /// <summary>What counts for single caches, by their names, before <see cref="Defaults"/>.</summary>
    public IDictionary<string, CacheLoadOptions> Caches { get; } = new Dictionary<string, CacheLoadOptions>(StringComparer.Ordinal);

    /// <summary>When a source is left alone.</summary>
    public CacheBreakerOptions Breaker { get; } = new();
}
