namespace Orleans.Cache;

/// <summary>Where a key lives, and what its owner knows of its entry.</summary>
public sealed record CacheEntryLocation
{
    /// <summary>The key's slot.</summary>
    public required Slot Slot { get; init; }

    /// <summary>The partition that holds the slot.</summary>
    public required int Partition { get; init; }

    /// <summary>The name of the silo that owns the partition.</summary>
    public required string Owner { get; init; }

    /// <summary>The names of the silos that hold further copies.</summary>
    public required IReadOnlyList<string> Replicas { get; init; }

    /// <summary>The partition's epoch: raised at every change of owner.</summary>
    public required long Epoch { get; init; }

    /// <summary>Whether the key has an entry.</summary>
    public required bool Found { get; init; }

    /// <summary>The entry's version; 0 where there is none.</summary>
    public required long Version { get; init; }

    /// <summary>How long the entry still lives; <see langword="null"/> where it does not expire, or there is none.</summary>
    public required TimeSpan? TimeToLive { get; init; }
}
