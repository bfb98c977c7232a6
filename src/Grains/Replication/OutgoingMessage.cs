using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Grains.Replication;

/// <summary>A message that waits for a packet.</summary>
/// <param name="Partition">The partition whose copies talk.</param>
/// <param name="Message">Immutable, so that its bytes can be made when the packet is.</param>
/// <param name="Bytes">How many bytes it will have at most.</param>
internal readonly record struct OutgoingMessage(int Partition, PeerMessage Message, int Bytes)
{
    /// <summary>Whether it is said to an owner, about what the owner said.</summary>
    public bool IsAnswer => Message is not (Append or SnapshotChunk);
}
