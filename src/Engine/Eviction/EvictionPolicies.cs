using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Eviction;

/// <summary>The eviction policies by their names in <see cref="CacheOptions.Eviction"/>.</summary>
internal static class EvictionPolicies
{
    public const string Lru = "lru";
    public const string Fifo = "fifo";

    /// <summary>Every name that <see cref="Create"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = [Lru, Fifo];

    /// <summary>Whether there is a policy of this name.</summary>
    public static bool IsKnown(string name) => Names.Contains(name, StringComparer.Ordinal);

    /// <summary>Makes a policy for one cache on one silo.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static EvictionPolicy Create(string name, CacheArena arena) => name switch
    {
        Lru => new LruPolicy(arena),
        Fifo => new FifoPolicy(arena),
        _ => throw new ArgumentException($"there is no eviction policy '{name}'; there are {string.Join(", ", Names)}", nameof(name)),
    };
}
