using Orleans.Cache.Engine.Events;

namespace Orleans.Cache.Engine.Shards;

/// <summary>What a silo's shards are made by.</summary>
internal sealed record ShardHostSettings
{
    /// <summary>A power of two, 1 to 16,384.</summary>
    public required int PartitionCount { get; init; }

    /// <summary>The memory that all caches of the silo may use together: entries, index, queues and what lies unused between them.</summary>
    public required long MemoryBudgetBytes { get; init; }

    public required CacheLimits Limits { get; init; }

    /// <summary>The caches by name.</summary>
    public required IReadOnlyDictionary<string, CacheOptions> Caches { get; init; }

    /// <summary>Values above this have memory of their own. Default: 64 KiB, also the most.</summary>
    public int LargeValueBytes { get; init; } = 64 * 1024;

    /// <summary>The most that may be staged of large values at once. Default: 256 MiB.</summary>
    public long MaxStagedBytes { get; init; } = 256L << 20;

    /// <summary>The seed of the keys' hash, for tests and benchmarks that must repeat. Default: a random one that nobody knows.</summary>
    public long? HashSeed { get; init; }

    /// <summary>How many bits of the keys' hash are used, for tests that let keys collide. Default: all 64.</summary>
    public int HashBits { get; init; } = 64;

    /// <summary>Where the events of caches that have them go. Default: nowhere.</summary>
    public EventBuffer? Events { get; init; }

    /// <summary>The caches with events, in the order of their numbers.</summary>
    public string[] CachesWithEvents => [.. Caches.Where(static cache => cache.Value.Events).Select(static cache => cache.Key).Order(StringComparer.Ordinal)];

    /// <summary>Asked before memory is taken from the system, so that tests can let it run out. Default: none.</summary>
    public Func<bool>? RefuseMemory { get; init; }

    /// <summary>Where the events of a cache go; <see langword="null"/> where it has none.</summary>
    public StoreEvents? EventsOf(string cache) => Events is not null && Caches[cache].Events ? new StoreEvents(Events, Array.IndexOf(CachesWithEvents, cache)) : null;
}
