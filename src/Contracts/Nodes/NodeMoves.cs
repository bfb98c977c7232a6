namespace Orleans.Cache.Contracts.Nodes;

/// <summary>The wire form of <see cref="SiloMoves"/>. Append-only, guarded by the wire contract test.</summary>
/// <param name="Silo">See <see cref="SiloMoves.Silo"/>.</param>
/// <param name="Owned">See <see cref="SiloMoves.Owned"/>.</param>
/// <param name="LackingCopies">See <see cref="SiloMoves.LackingCopies"/>.</param>
/// <param name="Moves">See <see cref="SiloMoves.Moves"/>.</param>
/// <param name="Arrivals">See <see cref="SiloMoves.Arrivals"/>.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.node-moves")]
public sealed record NodeMoves(
    [property: Id(0)] string Silo,
    [property: Id(1)] int Owned,
    [property: Id(2)] int LackingCopies,
    [property: Id(3)] NodeMove[] Moves,
    [property: Id(4)] NodeArrivals Arrivals)
{
    /// <summary>What callers see.</summary>
    public SiloMoves ToMoves() => new(
        Silo,
        Owned,
        LackingCopies,
        Array.ConvertAll(Moves, move => new PartitionMove(move.Partition, Silo, move.To, move.WillOwn, (PartitionMovePhase)move.Phase, move.Entries, move.Bytes)),
        Arrivals.ToArrivals());
}
