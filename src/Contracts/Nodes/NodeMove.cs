namespace Orleans.Cache.Contracts.Nodes;

/// <summary>The wire form of <see cref="PartitionMove"/>. Append-only, guarded by the wire contract test.</summary>
/// <param name="Partition">See <see cref="PartitionMove.Partition"/>.</param>
/// <param name="To">See <see cref="PartitionMove.To"/>.</param>
/// <param name="WillOwn">See <see cref="PartitionMove.WillOwn"/>.</param>
/// <param name="Phase">The number of the <see cref="PartitionMovePhase"/>.</param>
/// <param name="Entries">See <see cref="PartitionMove.Entries"/>.</param>
/// <param name="Bytes">See <see cref="PartitionMove.Bytes"/>.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.node-move")]
public readonly record struct NodeMove(
    [property: Id(0)] int Partition,
    [property: Id(1)] string To,
    [property: Id(2)] bool WillOwn,
    [property: Id(3)] byte Phase,
    [property: Id(4)] long Entries,
    [property: Id(5)] long Bytes);
