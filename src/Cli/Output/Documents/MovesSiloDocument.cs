namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>The moves of the partitions of one silo, counted.</summary>
/// <param name="Silo">The silo.</param>
/// <param name="Owned">How many partitions it owns.</param>
/// <param name="LackingCopies">How many of them have fewer copies in sync than they should.</param>
/// <param name="Moving">How many are moving, or get a further copy.</param>
/// <param name="Waiting">How many wait for that.</param>
/// <param name="Entries">Entries copied by now for those that are moving.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="ArrivedEntries">Entries that came to fill copies here since the silo started.</param>
/// <param name="ArrivedBytes">Their bytes.</param>
/// <param name="TakenOver">Partitions that were handed over to it since then.</param>
/// <param name="PauseP99Milliseconds">For how long the last of them took no writes, the worst hundredth; none where none was handed over.</param>
internal sealed record MovesSiloDocument(
    string Silo, int Owned, int LackingCopies, int Moving, int Waiting, long Entries, long Bytes, long ArrivedEntries, long ArrivedBytes, long TakenOver, int? PauseP99Milliseconds)
{
    private const double Worst = 0.99;

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
            silo.Moves.Sum(static move => move.Bytes),
            silo.Arrivals.Entries,
            silo.Arrivals.Bytes,
            silo.Arrivals.TakenOver,
            WorstOf(silo.Arrivals.Pauses));
    }

    private static int? WorstOf(IReadOnlyList<TimeSpan> pauses) =>
        pauses.Count == 0 ? null : (int)pauses.Order().ElementAt((int)Math.Ceiling(Worst * pauses.Count) - 1).TotalMilliseconds;
}
