using System.Runtime.InteropServices;

namespace Orleans.Cache.Engine.Invalidation;

/// <summary>
/// That an entry changed, as near caches are told. This struct is the wire format as it is (little-endian, 24 bytes, see
/// docs/formats/feed.md): append-only, guarded by a golden test.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeInBytes)]
internal readonly record struct FeedEvent
{
    public const int SizeInBytes = 24;

    /// <summary>Stands for "whatever the version": of removals.</summary>
    public const long All = long.MaxValue;

    public FeedEvent(ulong keyHash, long below, int cache, FeedEventKind kind = FeedEventKind.Entry)
    {
        KeyHash = keyHash;
        Below = below;
        Cache = cache;
        Kind = kind;
    }

    /// <summary>The <see cref="FeedHash"/> of the key. Two keys with the same hash are invalidated together, which does no harm.</summary>
    [field: FieldOffset(0)]
    public ulong KeyHash { get; }

    /// <summary>What was read of an entry with a lower version is stale.</summary>
    [field: FieldOffset(8)]
    public long Below { get; }

    /// <summary>The number of the cache, in the order of the feed's names.</summary>
    [field: FieldOffset(16)]
    public int Cache { get; }

    /// <summary>What it is about.</summary>
    [field: FieldOffset(20)]
    public FeedEventKind Kind { get; }
}
