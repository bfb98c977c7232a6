namespace Orleans.Cache.Engine.Replication.Messages;

/// <summary>What one copy of a partition says to another. Immutable; the host packs those of all partitions for one silo into one message.</summary>
internal abstract class PeerMessage
{
    public required CopyId From { get; init; }

    /// <summary>The incarnation is 0 while the sender knows the node only.</summary>
    public required CopyId To { get; init; }

    /// <summary>The epoch that the sender is in.</summary>
    public required long Epoch { get; init; }
}
