using System.Collections.Concurrent;

namespace Orleans.Cache.Client.Routing;

/// <summary>The caches that this process uses, numbered. Safe for any number of threads.</summary>
internal sealed class NamedCaches(ITopologySource topology)
{
    private readonly ConcurrentDictionary<string, NamedCache> _caches = new(StringComparer.Ordinal);
    private int _names;

    /// <summary>The cache of a name: always the same object.</summary>
    public NamedCache Of(string name) => _caches.TryGetValue(name, out var known)
        ? known

        // A number is lost when two threads make the same cache at once, which does no harm.
        : _caches.GetOrAdd(name, new NamedCache(name, Interlocked.Increment(ref _names) - 1, topology));
}
