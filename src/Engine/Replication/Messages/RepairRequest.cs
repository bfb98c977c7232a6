namespace Orleans.Cache.Engine.Replication.Messages;

/// <summary>From a replica in sync: some of its entries are not its owner's, at the same position of the log.</summary>
internal sealed class RepairRequest : PeerMessage
{
    /// <summary>The cache.</summary>
    public required string Cache { get; init; }

    /// <summary>The buckets of entries that differ, a bit for each.</summary>
    public required ulong Buckets { get; init; }

    /// <summary>Whether the replica has evicted entries of the cache, so that it lacks some by right.</summary>
    public required bool IsEvicting { get; init; }
}
