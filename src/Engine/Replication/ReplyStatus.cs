namespace Orleans.Cache.Engine.Replication;

/// <summary>What became of a request. The numbers go on the wire: append-only.</summary>
internal enum ReplyStatus : byte
{
    /// <summary>Never sent.</summary>
    None = 0,

    /// <summary>Done; the result says how.</summary>
    Done = 1,

    /// <summary>Not done: this copy does not own the partition.</summary>
    Moved = 2,

    /// <summary>Not done: the copy may not answer now. It has no lease, begins its epoch, hands the partition over, or is too stale.</summary>
    NotServing = 3,

    /// <summary>Not done: the copy is older than what the session has seen.</summary>
    Behind = 4,

    /// <summary>Not done: as many writes as are allowed wait for the replicas.</summary>
    Busy = 5,

    /// <summary>Not done: too few copies are in sync for a majority.</summary>
    NoMajority = 6,

    /// <summary>Perhaps done: the owner lost the partition, or its lease, before it knew.</summary>
    Unknown = 7,

    /// <summary>This attempt was not executed, but an earlier one may have been: its id would be forgotten by now.</summary>
    Forgotten = 8,
}
