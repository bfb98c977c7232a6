namespace Orleans.Cache.Contracts.Partitions;

/// <summary>What a partition grain says of itself. Append-only, guarded by the wire contract test.</summary>
/// <param name="Silo">The silo that the grain is on.</param>
/// <param name="IsOpen">Whether the silo is owner of the partition and answers for it.</param>
/// <param name="Epoch">The epoch of the newest configuration that the silo knows.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.partition-status")]
public readonly record struct PartitionStatus(
    [property: Id(0)] SiloAddress Silo,
    [property: Id(1)] bool IsOpen,
    [property: Id(2)] long Epoch);
