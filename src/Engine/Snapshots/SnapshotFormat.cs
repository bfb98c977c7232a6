using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Engine.Snapshots;

/// <summary>The bytes of snapshot files: see docs/formats/snapshot.md. Guarded by a golden test.</summary>
internal static class SnapshotFormat
{
    /// <summary>Raised when bytes of the old form would be misread.</summary>
    public const int Version = 1;

    /// <summary>Magic, version, and the length of the header.</summary>
    public const int PrefixBytes = 16;
    public const int ChecksumBytes = sizeof(ulong);

    /// <summary>Length, number of entries, wall clock and checksum.</summary>
    public const int BlockHeadBytes = 24;

    /// <summary>In the place of a block's length: the footer follows.</summary>
    public const uint FooterMark = uint.MaxValue;
    public const int FooterBytes = 8 + 8 + 8 + ChecksumBytes;

    private const int FixedHeaderBytes = 48;
    private const int MostHeaderBytes = 16 << 20;

    private static ReadOnlySpan<byte> Magic => "OCSNAPSH"u8;

    /// <summary>The whole header, its prefix and checksum included.</summary>
    public static byte[] WriteHeader(SnapshotHeader header)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write(0);
        writer.Write(header.Partition);
        writer.Write(header.PartitionCount);
        writer.Write(header.Point.Began);
        writer.Write(header.Point.Committed.Epoch);
        writer.Write(header.Point.Committed.Sequence);
        writer.Write(header.Point.WrittenAt);
        writer.Write((ushort)header.Silos.Count);
        writer.Write((ushort)0);
        writer.Write(0);
        foreach (var name in header.Silos.Append(header.Silo))
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            writer.Write((ushort)bytes.Length);
            writer.Write(bytes);
        }

        var length = (int)stream.Length + ChecksumBytes;
        var whole = new byte[length];
        stream.ToArray().CopyTo(whole, 0);
        BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(12), length);
        BinaryPrimitives.WriteUInt64LittleEndian(whole.AsSpan(length - ChecksumBytes), XxHash3.HashToUInt64(whole.AsSpan(0, length - ChecksumBytes)));
        return whole;
    }

    /// <summary>Checks the beginning of a file.</summary>
    /// <returns>How many bytes the whole header has.</returns>
    public static int ReadHeaderLength(ReadOnlySpan<byte> prefix)
    {
        Check(prefix.StartsWith(Magic), "it does not begin as one");
        var version = BinaryPrimitives.ReadInt32LittleEndian(prefix[8..]);
        Check(version == Version, $"it has format {version}, and this silo reads format {Version}");
        var length = BinaryPrimitives.ReadInt32LittleEndian(prefix[12..]);
        Check(length is >= PrefixBytes + FixedHeaderBytes + ChecksumBytes and <= MostHeaderBytes, "its header has an impossible length");
        return length;
    }

    /// <summary>Reads a whole header.</summary>
    public static SnapshotHeader ReadHeader(ReadOnlySpan<byte> bytes)
    {
        var content = bytes[..^ChecksumBytes];
        Check(BinaryPrimitives.ReadUInt64LittleEndian(bytes[^ChecksumBytes..]) == XxHash3.HashToUInt64(content), "the checksum of its header is wrong");
        var fields = content[PrefixBytes..];
        var names = fields[FixedHeaderBytes..];
        var read = new string[BinaryPrimitives.ReadUInt16LittleEndian(fields[40..]) + 1];
        for (var index = 0; index < read.Length; index++)
        {
            Check(names.Length >= sizeof(ushort), "its names end early");
            var length = BinaryPrimitives.ReadUInt16LittleEndian(names);
            Check(names.Length >= sizeof(ushort) + length, "its names end early");
            read[index] = Encoding.UTF8.GetString(names.Slice(sizeof(ushort), length));
            names = names[(sizeof(ushort) + length)..];
        }

        return new SnapshotHeader
        {
            Partition = BinaryPrimitives.ReadInt32LittleEndian(fields),
            PartitionCount = BinaryPrimitives.ReadInt32LittleEndian(fields[4..]),
            Point = new SnapshotPoint(
                BinaryPrimitives.ReadInt64LittleEndian(fields[8..]),
                new LogPosition(BinaryPrimitives.ReadInt64LittleEndian(fields[16..]), BinaryPrimitives.ReadInt64LittleEndian(fields[24..])),
                BinaryPrimitives.ReadInt64LittleEndian(fields[32..])),
            Silos = read[..^1],
            Silo = read[^1],
        };
    }

    /// <summary>Writes the head of a block: with the checksum of the head itself and of what follows.</summary>
    public static void WriteBlockHead(Span<byte> head, ReadOnlySpan<byte> payload, int entries, long wallClock)
    {
        BinaryPrimitives.WriteInt32LittleEndian(head, payload.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], entries);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], wallClock);
        BinaryPrimitives.WriteUInt64LittleEndian(head[16..], BlockChecksum(head, payload));
    }

    public static ulong BlockChecksum(ReadOnlySpan<byte> head, ReadOnlySpan<byte> payload) =>
        XxHash3.HashToUInt64(payload, (long)XxHash3.HashToUInt64(head[..16]));

    /// <exception cref="SnapshotFileException">What is said does not hold.</exception>
    public static void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new SnapshotFileException(otherwise);
        }
    }
}
