namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>A partition on the move.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="From">The silo that owns it.</param>
/// <param name="To">The silo that gets a copy.</param>
/// <param name="As">What that will be: <c>owner</c> or <c>replica</c>.</param>
/// <param name="Phase"><c>waiting</c>, <c>filling</c>, <c>catchingUp</c> or <c>handingOver</c>.</param>
/// <param name="Entries">Entries copied by now.</param>
/// <param name="Bytes">Their bytes.</param>
internal sealed record MoveDocument(int Partition, string From, string To, string As, string Phase, long Entries, long Bytes)
{
    /// <summary>Makes the document of a move.</summary>
    public static MoveDocument Of(PartitionMove move) => new(
        move.Partition,
        move.From,
        move.To,
        move.WillOwn ? "owner" : "replica",
        move.Phase switch
        {
            PartitionMovePhase.Waiting => "waiting",
            PartitionMovePhase.Filling => "filling",
            PartitionMovePhase.CatchingUp => "catchingUp",
            PartitionMovePhase.HandingOver => "handingOver",
            _ => "unknown",
        },
        move.Entries,
        move.Bytes);
}
