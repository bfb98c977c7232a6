using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Loading;

namespace Orleans.Cache.Engine.Copies;

/// <summary>A change as it is read. Its spans are of the bytes that it was read from.</summary>
internal readonly ref struct EntryChange
{
    public required ChangeKind Kind { get; init; }

    /// <summary>The cache's name, in UTF-8.</summary>
    public required ReadOnlySpan<byte> Cache { get; init; }

    public required ReadOnlySpan<byte> Key { get; init; }

    public required ReadOnlySpan<byte> Value { get; init; }

    /// <summary>The entry's tags: see <see cref="Shards.TagSection"/>.</summary>
    public ReadOnlySpan<byte> Tags { get; init; }

    public required long Version { get; init; }

    /// <summary>Milliseconds until the absolute expiry; <see cref="ShardOperation.Forever"/>.</summary>
    public required long TimeToLive { get; init; }

    /// <summary>Milliseconds of the sliding expiration; 0: none.</summary>
    public required long Sliding { get; init; }

    /// <summary>What is left of them.</summary>
    public required long SlidingLeft { get; init; }

    /// <summary>What the entry carries if it was loaded; for as long as it says the entry is stale before its absolute expiry.</summary>
    public LoadMark Mark { get; init; }

    /// <summary>The change as it is so many milliseconds later; with nothing left to live there is no entry any more.</summary>
    /// <remarks>
    /// A sliding expiration stays: uses that began it anew meanwhile are told as late as the change. Shortened, it would end at a replica while
    /// the entry is in use.
    /// </remarks>
    public EntryChange Aged(long milliseconds) =>
        TimeToLive == ShardOperation.Forever ? this : this with { TimeToLive = Math.Max(0, TimeToLive - Math.Max(0, milliseconds)) };
}
