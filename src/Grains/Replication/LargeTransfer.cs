using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Replication.Format;

namespace Orleans.Cache.Grains.Replication;

/// <summary>A message that leaves in pieces, one in each packet, so that others need not wait for all of it. For one thread at a time.</summary>
internal sealed class LargeTransfer(long number, OutgoingMessage message)
{
    // Not given back when the rest is dropped: then the collector takes them.
    private BatchBytes? _bytes;
    private int _sent;

    public OutgoingMessage Message => message;

    /// <summary>Whether its last piece was written.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Writes the next piece.</summary>
    /// <param name="to">The packet.</param>
    /// <param name="room">How many bytes it may have about.</param>
    /// <param name="moment">When the packet leaves.</param>
    public void WriteNext(PacketWriter to, int room, WireMoment moment)
    {
        _bytes ??= Write(moment);
        var whole = _bytes.Span[ReplicationFormat.HeaderBytes..];
        var piece = whole.Slice(_sent, Math.Min(room, whole.Length - _sent));
        FragmentFormat.Write(to, number, whole.Length, _sent, piece);
        _sent += piece.Length;
        if (_sent == whole.Length)
        {
            IsOver = true;
            _bytes.Dispose();
        }
    }

    private BatchBytes Write(WireMoment moment)
    {
        var writer = new PacketWriter(PacketKind.Messages, message.Bytes + ReplicationFormat.HeaderBytes);
        ReplicationFormat.Write(writer, message.Partition, message.Message, moment);
        return writer.ToRequest();
    }
}
