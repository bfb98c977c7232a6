namespace Orleans.Cache.Grains.Replication;

/// <summary>What became of a message that was to be queued.</summary>
internal enum AddOutcome
{
    Queued = 0,

    /// <summary>The same waits already.</summary>
    Known = 1,

    /// <summary>There is no room.</summary>
    Refused = 2,
}
