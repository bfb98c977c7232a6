using Orleans.Cache.Engine.Index;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Eviction;

/// <summary>The eviction policies by their names in <see cref="CacheOptions.Eviction"/>.</summary>
internal static class EvictionPolicies
{
    public const string Lru = "lru";
    public const string S3Fifo = "s3fifo";
    public const string WindowTinyLfu = "wtinylfu";
    public const string Lfu = "lfu";
    public const string Fifo = "fifo";
    public const string Random = "random";
    public const string Ttl = "ttl";

    /// <summary>Every name that <see cref="Create"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = [Lru, S3Fifo, WindowTinyLfu, Lfu, Fifo, Random, Ttl];

    /// <summary>Whether there is a policy of this name.</summary>
    public static bool IsKnown(string name) => Names.Contains(name, StringComparer.Ordinal);

    /// <summary>Makes a policy for one cache on one silo.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static EvictionPolicy Create(string name, CacheArena arena, KeyHash hash) => name switch
    {
        Lru => new LruPolicy(arena),
        S3Fifo => new S3FifoPolicy(arena),
        WindowTinyLfu => new WindowTinyLfuPolicy(arena, hash),
        Lfu => new LfuPolicy(arena),
        Fifo => new FifoPolicy(arena),
        Random => new RandomPolicy(arena),
        Ttl => new TtlPolicy(arena),
        _ => throw new ArgumentException($"there is no eviction policy '{name}'; there are {string.Join(", ", Names)}", nameof(name)),
    };
}
