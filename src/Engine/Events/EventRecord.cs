using System.Buffers.Binary;

namespace Orleans.Cache.Engine.Events;

/// <summary>
/// One event as it stands in the buffer and on the wire (docs/formats/events.md, guarded by golden bytes): kind 1 byte, cache 2, bytes of the
/// subject 2, version 8, the subject. Little-endian.
/// </summary>
internal readonly ref struct EventRecord
{
    public const int HeadBytes = 13;

    private EventRecord(CacheEventKind kind, int cache, long version, ReadOnlySpan<byte> subject)
    {
        Kind = kind;
        Cache = cache;
        Version = version;
        Subject = subject;
    }

    public CacheEventKind Kind { get; }

    /// <summary>The number of the cache, in the order of the message's names.</summary>
    public int Cache { get; }

    public long Version { get; }

    /// <summary>The key; of removals by tags their section; else nothing.</summary>
    public ReadOnlySpan<byte> Subject { get; }

    public int Size => HeadBytes + Subject.Length;

    public static void Write(Span<byte> to, CacheEventKind kind, int cache, ReadOnlySpan<byte> subject, long version)
    {
        to[0] = (byte)kind;
        BinaryPrimitives.WriteUInt16LittleEndian(to[1..], (ushort)cache);
        BinaryPrimitives.WriteUInt16LittleEndian(to[3..], (ushort)subject.Length);
        BinaryPrimitives.WriteInt64LittleEndian(to[5..], version);
        subject.CopyTo(to[HeadBytes..]);
    }

    /// <summary>Reads the record at the front of bytes.</summary>
    /// <returns><see langword="false"/> where there is none that is whole.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out EventRecord record)
    {
        record = default;
        if (bytes.Length < HeadBytes || BinaryPrimitives.ReadUInt16LittleEndian(bytes[3..]) is var length && bytes.Length < HeadBytes + length)
        {
            return false;
        }

        record = new EventRecord(
            (CacheEventKind)bytes[0], BinaryPrimitives.ReadUInt16LittleEndian(bytes[1..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[5..]), bytes.Slice(HeadBytes, length));
        return true;
    }
}
