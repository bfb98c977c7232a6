namespace Orleans.Cache.Engine.Replication.Messages;

/// <summary>From a copy that is being filled: the chunk is in, send the next.</summary>
internal sealed class ChunkAck : PeerMessage
{
    public required long Snapshot { get; init; }

    public required int Index { get; init; }
}
