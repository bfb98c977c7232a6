using System.Buffers;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Replication.Format;
using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Grains.Replication;

/// <summary>Fills a rented array that grows, and hands it over as a packet. For one packet, and one thread.</summary>
internal sealed class PacketWriter : IBufferWriter<byte>
{
    private const int ExpectedReplyBytes = 128;

    private byte[] _array;
    private int _length;

    /// <summary>Begins a packet.</summary>
    /// <param name="kind">What will be in it.</param>
    /// <param name="expectedBytes">How many bytes it will have about.</param>
    public PacketWriter(PacketKind kind, int expectedBytes)
    {
        _array = ArrayPool<byte>.Shared.Rent(expectedBytes);
        ReplicationFormat.Begin(this, kind);
    }

    /// <summary>How many bytes were written.</summary>
    public int Length => _length;

    /// <summary>Packs the authority's replies.</summary>
    public static BatchBytes RepliesOf(IReadOnlyList<(int Partition, AuthorityReply Reply)> replies)
    {
        var packet = new PacketWriter(PacketKind.Replies, (replies.Count + 1) * ExpectedReplyBytes);
        foreach (var (partition, reply) in replies)
        {
            ReplicationFormat.Write(packet, partition, reply);
        }

        return packet.ToReply();
    }

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _array.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _array.AsSpan(_length);
    }

    /// <summary>Hands over what was written. Nothing may be written afterwards.</summary>
    public BatchBytes ToRequest() => BatchBytes.RequestOf(_array, _length);

    /// <summary>The same for the answer to a call.</summary>
    public BatchBytes ToReply() => BatchBytes.ReplyOf(_array, _length);

    private void Reserve(int bytes)
    {
        if (_array.Length - _length >= Math.Max(bytes, 1))
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max((long)_length + bytes, _array.Length * 2L)));
        _array.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }
}
