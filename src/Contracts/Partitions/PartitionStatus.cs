namespace Orleans.Cache.Contracts.Partitions;

/// <summary>What a partition grain says of itself. Append-only, guarded by the wire contract test.</summary>
/// <param name="Silo">The silo that the grain is on.</param>
/// <param name="IsOpen">Whether the partition's shard is open there.</param>
/// <param name="Epoch">The partition's epoch in the map that the silo has.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.partition-status")]
public readonly record struct PartitionStatus(
    [property: Id(0)] SiloAddress Silo,
    [property: Id(1)] bool IsOpen,
    [property: Id(2)] long Epoch);
