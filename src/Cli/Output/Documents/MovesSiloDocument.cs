namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>The moves of the partitions of one silo, counted.</summary>
/// <param name="Silo">The silo.</param>
/// <param name="Owned">How many partitions it owns.</param>
/// <param name="LackingCopies">How many of them have fewer copies in sync than they should.</param>
/// <param name="Moving">How many are moving, or get a further copy.</param>
/// <param name="Waiting">How many wait for that.</param>
/// <param name="Entries">Entries copied by now for those that are moving.</param>
/// <param name="Bytes">Their bytes.</param>
internal sealed record MovesSiloDocument(string Silo, int Owned, int LackingCopies, int Moving, int Waiting, long Entries, long Bytes)
{
    /// <summary>Counts the moves of a silo.</summary>
    public static MovesSiloDocument Of(SiloMoves silo)
    {
        var waiting = silo.Moves.Where(static move => move.Phase == PartitionMovePhase.Waiting).Select(static move => move.Partition).Distinct().Count();
        return new MovesSiloDocument(
            silo.Silo,
            silo.Owned,
            silo.LackingCopies,
            silo.Moves.Select(static move => move.Partition).Distinct().Count() - waiting,
            waiting,
            silo.Moves.Sum(static move => move.Entries),
            silo.Moves.Sum(static move => move.Bytes));
    }
}
