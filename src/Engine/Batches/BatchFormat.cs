using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Engine.Batches;

/// <summary>
/// The bytes of a batch and of its reply: a header, the operations or results as they are in memory, then keys and values. See
/// docs/formats/batch.md. Append-only under <see cref="Version"/>, guarded by a golden test.
/// </summary>
internal static class BatchFormat
{
    /// <summary>Raised when bytes of the old form would be misread.</summary>
    public const byte Version = 1;

    /// <summary>Version (1 byte), three zero bytes, count (4 bytes, little-endian).</summary>
    public const int HeaderBytes = 8;

    /// <summary>Of the header's second byte: positions of sessions stand at the end, one for each operation or result.</summary>
    private const byte HasPositions = 1;

    /// <summary>The bytes before the payload of a request of so many operations.</summary>
    public static int RequestHeadBytes(int count) => checked(HeaderBytes + (count * ShardOperation.SizeInBytes));

    /// <summary>The bytes of a request.</summary>
    public static int RequestBytes(int count, int payloadBytes) => checked(RequestHeadBytes(count) + payloadBytes);

    /// <summary>The bytes of the positions of so many operations or results.</summary>
    public static int PositionBytes(int count) => checked(count * Unsafe.SizeOf<LogPosition>());

    /// <summary>The bytes before the values of a reply of so many results.</summary>
    public static int ReplyHeadBytes(int count) => checked(HeaderBytes + (count * ShardResult.SizeInBytes));

    /// <summary>Writes the header at the start of <paramref name="destination"/>.</summary>
    public static void WriteHeader(Span<byte> destination, int count, bool hasPositions = false)
    {
        destination[..HeaderBytes].Clear();
        destination[0] = Version;
        destination[1] = hasPositions ? HasPositions : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(destination[4..], count);
    }

    /// <summary>Gives a view of a request's operations and payload, after checking that each stays within its bytes.</summary>
    /// <exception cref="InvalidDataException">The bytes are no request of this version; the message says what is wrong.</exception>
    public static ReadOnlySpan<ShardOperation> ReadRequest(ReadOnlySpan<byte> request, int maxOperations, out ReadOnlySpan<byte> payload)
    {
        var count = ReadHeader(request, ShardOperation.SizeInBytes, maxOperations);
        var head = RequestHeadBytes(count);
        var operations = MemoryMarshal.Cast<byte, ShardOperation>(request[HeaderBytes..head]);
        payload = request[head..];
        foreach (ref readonly var operation in operations)
        {
            if (!Lies(operation.KeyOffset, operation.KeyLength, payload.Length) || !Lies(operation.ValueOffset, operation.ValueLength, payload.Length))
            {
                throw new InvalidDataException("a key or value lies outside the batch's payload");
            }
        }

        return operations;
    }

    /// <summary>Gives a view of a reply's results and values, after checking that each stays within its bytes.</summary>
    /// <exception cref="InvalidDataException">The bytes are no reply of this version to a batch of so many operations.</exception>
    public static ReadOnlySpan<ShardResult> ReadReply(ReadOnlySpan<byte> reply, int operations, out ReadOnlySpan<byte> values)
    {
        var count = ReadHeader(reply, ShardResult.SizeInBytes, operations);
        if (count != operations)
        {
            throw new InvalidDataException($"{count} results answer {operations} operations");
        }

        var head = ReplyHeadBytes(count);
        var results = MemoryMarshal.Cast<byte, ShardResult>(reply[HeaderBytes..head]);
        values = reply[head..];
        foreach (ref readonly var result in results)
        {
            if (!Lies(result.ValueOffset, result.ValueLength, values.Length))
            {
                throw new InvalidDataException("a value lies outside the reply");
            }
        }

        return results;
    }

    /// <summary>A view of some results of a reply that <see cref="ReadReply"/> has checked.</summary>
    public static ReadOnlySpan<ShardResult> ResultsOf(ReadOnlySpan<byte> reply, int first, int count) =>
        MemoryMarshal.Cast<byte, ShardResult>(reply.Slice(HeaderBytes + (first * ShardResult.SizeInBytes), count * ShardResult.SizeInBytes));

    /// <summary>The positions at the end of a request or reply that was read; none where there are none.</summary>
    /// <exception cref="InvalidDataException">They have no room behind the operations or results.</exception>
    public static ReadOnlySpan<LogPosition> PositionsOf(ReadOnlySpan<byte> batch, int count, ReadOnlySpan<byte> payload)
    {
        if ((batch[1] & HasPositions) == 0)
        {
            return default;
        }

        var bytes = PositionBytes(count);
        return bytes <= payload.Length
            ? MemoryMarshal.Cast<byte, LogPosition>(payload[^bytes..])
            : throw new InvalidDataException("the batch ends within the positions of its sessions");
    }

    private static int ReadHeader(ReadOnlySpan<byte> bytes, int elementBytes, int maxCount)
    {
        if (bytes.Length < HeaderBytes)
        {
            throw new InvalidDataException($"a batch has at least {HeaderBytes} bytes, this has {bytes.Length}");
        }

        if (bytes[0] != Version)
        {
            throw new InvalidDataException($"the batch has format {bytes[0]}, this process reads format {Version}");
        }

        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (count < 0 || count > maxCount)
        {
            throw new InvalidDataException($"the batch has {count} operations, at most {maxCount} are taken");
        }

        return (long)count * elementBytes <= bytes.Length - HeaderBytes
            ? count
            : throw new InvalidDataException($"the batch has {count} operations, and ends within them");
    }

    private static bool Lies(int offset, int length, int within) => offset >= 0 && length >= 0 && offset <= within - length;
}
