using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Contracts.Connections;

/// <summary>The bytes of a data connection: see docs/formats/data-connection.md. Append-only under <see cref="Version"/>, guarded by a golden test.</summary>
internal static class DataConnectionFormat
{
    /// <summary>Raised when bytes of the old form would be misread.</summary>
    public const byte Version = 1;

    /// <summary>The bytes of the key that a silo gives to those who may connect.</summary>
    public const int KeyBytes = 16;

    public const int GreetingBytes = GreetingHeadBytes + KeyBytes;

    public const int AnswerBytes = GreetingHeadBytes;

    public const int RequestHeadBytes = 24;

    public const int ReplyHeadBytes = 32;

    /// <summary>The largest frame that is taken: as large as Orleans' messages may be by default.</summary>
    public const int MaxFrameBytes = 100 << 20;

    private const int GreetingHeadBytes = 8;

    // "OCDC".
    private const uint Magic = 0x4344434F;

    /// <summary>Writes what a client begins with.</summary>
    public static void WriteGreeting(Span<byte> to, ReadOnlySpan<byte> key)
    {
        WriteGreetingHead(to, 0);
        key.CopyTo(to[GreetingHeadBytes..]);
    }

    /// <summary>Reads what a client begins with.</summary>
    /// <returns>The key that it has.</returns>
    /// <exception cref="InvalidDataException">It is no greeting.</exception>
    public static ReadOnlySpan<byte> ReadGreeting(ReadOnlySpan<byte> greeting, out byte version)
    {
        CheckMagic(greeting);
        version = greeting[4];
        return greeting.Slice(GreetingHeadBytes, KeyBytes);
    }

    /// <summary>Writes what a silo answers to a greeting.</summary>
    public static void WriteAnswer(Span<byte> to, GreetingAnswer answer) => WriteGreetingHead(to, (byte)answer);

    /// <summary>Reads the answer to a greeting.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static GreetingAnswer ReadAnswer(ReadOnlySpan<byte> answer)
    {
        CheckMagic(answer);
        return (GreetingAnswer)answer[5];
    }

    /// <summary>Writes the frame of a request but for its operations, which follow.</summary>
    public static void WriteRequestHead(IBufferWriter<byte> to, int id, in BatchRequest request)
    {
        var nameLength = Encoding.UTF8.GetByteCount(request.Cache);
        var headLength = RequestHeadBytes + nameLength;
        var head = to.GetSpan(headLength)[..headLength];
        head[..RequestHeadBytes].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(head, headLength + request.Operations.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], id);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], request.SentAfter);
        BinaryPrimitives.WriteUInt16LittleEndian(head[16..], checked((ushort)nameLength));
        Encoding.UTF8.GetBytes(request.Cache, head[RequestHeadBytes..]);
        to.Advance(headLength);
    }

    /// <summary>Reads the frame of a request.</summary>
    /// <returns>The name of the cache.</returns>
    /// <exception cref="InvalidDataException">The name does not end within the frame.</exception>
    public static ReadOnlySpan<byte> ReadRequest(ReadOnlySpan<byte> frame, out int id, out long sentAfter, out ReadOnlySpan<byte> operations)
    {
        id = BinaryPrimitives.ReadInt32LittleEndian(frame[4..]);
        sentAfter = BinaryPrimitives.ReadInt64LittleEndian(frame[8..]);
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(frame[16..]);
        if (RequestHeadBytes + nameLength > frame.Length)
        {
            throw new InvalidDataException($"A request of {frame.Length} bytes claims a cache's name of {nameLength}.");
        }

        operations = frame[(RequestHeadBytes + nameLength)..];
        return frame.Slice(RequestHeadBytes, nameLength);
    }

    /// <summary>Writes the frame of a reply but for its results, which follow if there are any.</summary>
    public static void WriteReplyHead(IBufferWriter<byte> to, int id, in BatchReply reply)
    {
        var error = reply.Error ?? string.Empty;
        var headLength = ReplyHeadBytes + Encoding.UTF8.GetByteCount(error);
        var head = to.GetSpan(headLength)[..headLength];
        head[..ReplyHeadBytes].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(head, headLength + (reply.Results?.Length ?? 0));
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], id);
        head[8] = (byte)reply.Outcome;
        BinaryPrimitives.WriteInt64LittleEndian(head[16..], reply.MapVersion);
        BinaryPrimitives.WriteInt64LittleEndian(head[24..], reply.Clock);
        Encoding.UTF8.GetBytes(error, head[ReplyHeadBytes..]);
        to.Advance(headLength);
    }

    /// <summary>Reads the frame of a reply.</summary>
    public static BatchReply ReadReply(ReadOnlySpan<byte> frame, out int id)
    {
        id = BinaryPrimitives.ReadInt32LittleEndian(frame[4..]);
        var outcome = (BatchOutcome)frame[8];
        var rest = frame[ReplyHeadBytes..];
        BatchBytes? results = null;
        if (outcome == BatchOutcome.Executed)
        {
            results = BatchBytes.Rent(rest.Length);
            rest.CopyTo(results.Span);
        }

        return new BatchReply(
            outcome,
            BinaryPrimitives.ReadInt64LittleEndian(frame[16..]),
            results,
            results is null && !rest.IsEmpty ? Encoding.UTF8.GetString(rest) : null,
            BinaryPrimitives.ReadInt64LittleEndian(frame[24..]));
    }

    private static void WriteGreetingHead(Span<byte> to, byte answer)
    {
        to[..GreetingHeadBytes].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(to, Magic);
        to[4] = Version;
        to[5] = answer;
    }

    private static void CheckMagic(ReadOnlySpan<byte> greeting)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(greeting) != Magic)
        {
            throw new InvalidDataException("It does not speak as one that has data connections.");
        }
    }
}
