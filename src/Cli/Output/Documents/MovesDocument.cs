namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>What <c>moves --json</c> prints.</summary>
/// <param name="LackingCopies">How many partitions have fewer copies in sync than they should.</param>
/// <param name="Silos">What each silo owns.</param>
/// <param name="Moves">The partitions on the move.</param>
internal sealed record MovesDocument(int LackingCopies, IReadOnlyList<MovesSiloDocument> Silos, IReadOnlyList<MoveDocument> Moves)
{
    /// <summary>Makes the document of what every silo says.</summary>
    public static MovesDocument Of(IReadOnlyList<SiloMoves> silos) => new(
        silos.Sum(static silo => silo.LackingCopies),
        [.. silos.OrderBy(static silo => silo.Silo, StringComparer.Ordinal).Select(MovesSiloDocument.Of)],
        [.. silos.SelectMany(static silo => silo.Moves).OrderBy(static move => move.Partition).Select(MoveDocument.Of)]);
}
