namespace Orleans.Cache.Engine.Replication;

/// <summary>What an operator may want to know.</summary>
internal enum ReplicationEvent
{
    /// <summary>The copy became owner of what it had as a replica.</summary>
    Promoted = 1,

    /// <summary>The copy became owner of a partition that starts empty: it is new, or was lost.</summary>
    StartedEmpty = 2,

    /// <summary>The copy is owner no more.</summary>
    Demoted = 3,

    /// <summary>The copy dropped its entries: they went another way than the owner's.</summary>
    Discarded = 4,

    /// <summary>A snapshot was begun for another copy.</summary>
    SnapshotStarted = 5,

    /// <summary>A snapshot had to be begun again: the log did not reach back to its base any more.</summary>
    SnapshotRestarted = 6,

    /// <summary>A replica is proposed to be in sync no more.</summary>
    Suspected = 7,
}
