namespace Orleans.Cache;

/// <summary>What one silo knows of the partitions that it owns and that are on the move.</summary>
/// <param name="Silo">The silo's name.</param>
/// <param name="Owned">How many partitions it owns.</param>
/// <param name="LackingCopies">How many of them have fewer copies in sync than they should: a further loss may cost their entries.</param>
/// <param name="Moves">Those that are moving, or get a further copy, or wait for that; in the order of the partitions.</param>
/// <param name="Arrivals">What has come to this silo since it started.</param>
public sealed record SiloMoves(string Silo, int Owned, int LackingCopies, IReadOnlyList<PartitionMove> Moves, SiloArrivals Arrivals);
