namespace Orleans.Cache.Contracts.Nodes;

/// <summary>A snapshot that a silo has written. Append-only, guarded by the wire contract test.</summary>
/// <param name="Partition">Of which partition.</param>
/// <param name="WrittenAt">When, by the silo's wall clock, in milliseconds since 1970; no two of its snapshots of a partition have the same.</param>
/// <param name="Began">The life of the grid that it is of.</param>
/// <param name="Epoch">The epoch of the last write that it surely has.</param>
/// <param name="Sequence">The number of that write.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.snapshot-offer")]
public sealed record SnapshotOffer(
    [property: Id(0)] int Partition,
    [property: Id(1)] long WrittenAt,
    [property: Id(2)] long Began,
    [property: Id(3)] long Epoch,
    [property: Id(4)] long Sequence);
