using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Shards;

/// <summary>An entry about to be written: its parts, and the slot that they need.</summary>
internal readonly ref struct EntryWrite
{
    public required ulong Hash { get; init; }

    public required ReadOnlySpan<byte> Key { get; init; }

    public required ReadOnlySpan<byte> Value { get; init; }

    /// <summary>The tags: see <see cref="TagSection"/>.</summary>
    public required ReadOnlySpan<byte> Tags { get; init; }

    public required EntryTimes Times { get; init; }

    public required long Now { get; init; }

    /// <summary>The version that the entry gets.</summary>
    public required long Version { get; init; }

    /// <summary>Where the value lies already, if it has memory of its own; else 0.</summary>
    public required nint Large { get; init; }

    public required int SlotClass { get; init; }
}
