using System.Buffers;

namespace Orleans.Cache.Engine.Replication.Format;

/// <summary>
/// The bytes of a piece of a large message: the kind, the number of the transfer, the length of the whole, where the piece begins, and its
/// length; then the piece. Put together they are one message as it stands in a packet.
/// </summary>
internal static class FragmentFormat
{
    /// <summary>The most bytes that a piece takes besides its own.</summary>
    public const int MostHead = 32;

    public static void Write(IBufferWriter<byte> to, long transfer, int whole, int offset, ReadOnlySpan<byte> piece)
    {
        var writer = new WireWriter(to.GetSpan(MostHead + piece.Length));
        writer.Byte((byte)MessageKind.Fragment);
        writer.Unsigned((ulong)transfer);
        writer.Unsigned((uint)whole);
        writer.Unsigned((uint)offset);
        writer.Unsigned((uint)piece.Length);
        writer.Bytes(piece);
        to.Advance(writer.Length);
    }

    /// <summary>Reads a piece behind its kind.</summary>
    /// <returns>The whole, if this was its last piece; else nothing.</returns>
    public static ReadOnlyMemory<byte> Read(ref WireReader reader, FragmentAssembler fragments, long arrival)
    {
        var transfer = reader.Unsigned("number of a transfer");
        var whole = reader.Unsigned("length of the whole");
        var offset = reader.Unsigned("place of a piece");
        var length = reader.Count("length of a piece", leastBytes: 1);
        if (whole > FragmentAssembler.MostBytes || length == 0 || offset > whole || (ulong)length > whole - offset)
        {
            reader.Fail("piece", $"is {length} bytes at {offset} of {whole}");
        }

        return fragments.Add((long)transfer, (int)whole, (int)offset, reader.Span("piece", length), arrival);
    }
}
