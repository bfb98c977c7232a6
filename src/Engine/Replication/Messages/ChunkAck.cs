namespace Orleans.Cache.Engine.Replication.Messages;

/// <summary>From a copy that is being filled: the chunk is in, send the next.</summary>
internal sealed class ChunkAck : PeerMessage
{
    /// <summary>In place of an index: the chunks before are not there any more.</summary>
    public const int BeginAgain = -1;

    public required long Snapshot { get; init; }

    public required int Index { get; init; }
}
