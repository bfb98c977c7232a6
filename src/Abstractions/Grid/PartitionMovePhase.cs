namespace Orleans.Cache;

/// <summary>How far a partition is on its way to another silo. Append-only: the numbers are on the wire.</summary>
public enum PartitionMovePhase
{
    /// <summary>It waits until fewer others are on the way: see <c>Cache:Replication:ConcurrentMoves</c>.</summary>
    Waiting = 1,

    /// <summary>The entries are being copied.</summary>
    Filling = 2,

    /// <summary>The entries are there; what was written meanwhile follows, until the copy is in sync.</summary>
    CatchingUp = 3,

    /// <summary>All copies are in sync; the other silo is about to own the partition.</summary>
    HandingOver = 4,
}
