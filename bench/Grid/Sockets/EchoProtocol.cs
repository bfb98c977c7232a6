using System.Buffers.Binary;

namespace Orleans.Cache.GridBench.Sockets;

/// <summary>
/// Messages that carry nothing but their length: a request starts with its own length and that of the reply, 4 bytes each, and the reply
/// has no head at all.
/// </summary>
internal sealed class EchoProtocol(EchoSize size) : IWireProtocol
{
    public const int HeadBytes = 8;

    public int MaxRequestBytes => HeadBytes + size.RequestBytes;

    public int MaxReplyBytes => size.ReplyBytes;

    public int WriteGet(Span<byte> destination, int key)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, MaxRequestBytes);
        BinaryPrimitives.WriteInt32LittleEndian(destination[sizeof(int)..], size.ReplyBytes);
        return MaxRequestBytes;
    }

    public int WriteSet(Span<byte> destination, int key) => WriteGet(destination, key);

    public int TakeReply(ReadOnlySpan<byte> received) => received.Length >= size.ReplyBytes ? size.ReplyBytes : 0;
}
