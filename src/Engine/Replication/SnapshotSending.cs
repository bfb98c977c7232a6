using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Replication;

/// <summary>A snapshot on its way to another copy: one chunk at a time, sent again until it is acknowledged.</summary>
internal sealed class SnapshotSending(long id, LogPosition start)
{
    /// <summary>Where the store's scan goes on.</summary>
    public ulong Cursor;

    public long Id { get; } = id;

    /// <summary>What was committed when the scan began.</summary>
    public LogPosition Start { get; } = start;

    /// <summary>The chunk that waits for its acknowledgement.</summary>
    public SnapshotChunk? Unacknowledged { get; set; }

    public long SentAt { get; set; }
}
