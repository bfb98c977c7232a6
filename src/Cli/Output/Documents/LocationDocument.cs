namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>What <c>where --json</c> prints.</summary>
/// <param name="Key">The key.</param>
/// <param name="Slot">The key's slot.</param>
/// <param name="Partition">The partition that holds the slot.</param>
/// <param name="Owner">The silo that owns the partition.</param>
/// <param name="Replicas">The silos with further copies.</param>
/// <param name="Epoch">The partition's epoch.</param>
/// <param name="Found">Whether the key has an entry; without one the rest is null.</param>
/// <param name="Version">The entry's version.</param>
/// <param name="TtlMs">How long the entry still lives; null where it does not expire.</param>
internal sealed record LocationDocument(
    string Key, int Slot, int Partition, string Owner, IReadOnlyList<string> Replicas, long Epoch, bool Found, string? Version, long? TtlMs)
{
    /// <summary>Makes the document of a location.</summary>
    public static LocationDocument Of(string key, CacheEntryLocation location) => new(
        key,
        location.Slot.Number,
        location.Partition,
        location.Owner,
        location.Replicas,
        location.Epoch,
        location.Found,
        JsonNumbers.Version(location.Version),
        JsonNumbers.Milliseconds(location.TimeToLive));
}
