namespace Orleans.Cache.Engine.Replication.Messages;

/// <summary>A part of the entries of a partition, for a copy that has none. The log follows from <see cref="Base"/> on.</summary>
internal sealed class SnapshotChunk : PeerMessage
{
    /// <summary>Unique within the owner's epoch.</summary>
    public required long Snapshot { get; init; }

    public required int Index { get; init; }

    /// <summary>Committed when the scan began: all later records must be applied over the entries.</summary>
    public required LogPosition Base { get; init; }

    /// <summary>For the store to apply.</summary>
    public required ReadOnlyMemory<byte>[] Changes { get; init; }

    /// <summary>When these had the times that they tell, by the clock of the host that holds the chunk: as <see cref="LogRecord.WrittenAt"/>.</summary>
    public long WrittenAt { get; init; }

    /// <summary>Whether this is the last chunk; then the members below count.</summary>
    public required bool IsLast { get; init; }

    /// <summary>The entries may contain what the records up to here changed.</summary>
    public required LogPosition End { get; init; }

    /// <summary>What the store gave its last version; later versions are higher, also where the entry is gone.</summary>
    public required long VersionFloor { get; init; }

    /// <summary>The operations with ids up to <see cref="Base"/>, the oldest first.</summary>
    public required OperationTable.Entry[] Operations { get; init; }

    /// <summary>Operations up to here may be forgotten.</summary>
    public required LogPosition OperationsForgotten { get; init; }

    /// <summary>
    /// These were executed at this time or before, by the clock of the host that holds the chunk; it means nothing when none is forgotten. On its way
    /// the chunk says how long ago that was, so that it is later for who gets it, and never earlier.
    /// </summary>
    public long OperationsForgottenAt { get; init; } = long.MinValue;
}
