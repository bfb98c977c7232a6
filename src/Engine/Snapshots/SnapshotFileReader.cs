using System.Buffers.Binary;
using System.IO.Hashing;

namespace Orleans.Cache.Engine.Snapshots;

/// <summary>Reads one snapshot from a stream, and checks each part before it gives it out. For one thread.</summary>
internal sealed class SnapshotFileReader
{
    private readonly Stream _from;
    private readonly XxHash3 _whole = new();
    private byte[] _block = [];
    private long _entries;

    /// <summary>Reads the header.</summary>
    /// <exception cref="SnapshotFileException">It is none.</exception>
    public SnapshotFileReader(Stream from)
    {
        _from = from;
        var bytes = new byte[SnapshotFormat.PrefixBytes];
        Read(bytes);
        var length = SnapshotFormat.ReadHeaderLength(bytes);
        SnapshotFormat.Check(length <= from.Length, "it ends within its header");
        Array.Resize(ref bytes, length);
        Read(bytes.AsSpan(SnapshotFormat.PrefixBytes));
        Header = SnapshotFormat.ReadHeader(bytes);
    }

    public SnapshotHeader Header { get; }

    /// <summary>Set when <see cref="TryReadBlock"/> has returned <see langword="false"/>.</summary>
    public SnapshotFooter Footer { get; private set; }

    /// <summary>Reads the next block.</summary>
    /// <param name="block">Its entries; valid until the next call.</param>
    /// <param name="wallClock">When its entries had the times that they tell.</param>
    /// <returns><see langword="false"/> when the file has ended as it should.</returns>
    /// <exception cref="SnapshotFileException">The file is torn or damaged; what was given out before is not to be used either.</exception>
    public bool TryReadBlock(out ReadOnlyMemory<byte> block, out long wallClock)
    {
        Span<byte> head = stackalloc byte[SnapshotFormat.BlockHeadBytes];
        Read(head);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(head);
        if (length == SnapshotFormat.FooterMark)
        {
            ReadFooter(head);
            (block, wallClock) = (default, 0);
            return false;
        }

        SnapshotFormat.Check(length <= Math.Min(_from.Length - _from.Position, Array.MaxLength), "it ends within a block");
        if (_block.Length < length)
        {
            _block = new byte[length];
        }

        var payload = _block.AsMemory(0, (int)length);
        Read(payload.Span);
        SnapshotFormat.Check(BinaryPrimitives.ReadUInt64LittleEndian(head[16..]) == SnapshotFormat.BlockChecksum(head, payload.Span), "the checksum of a block is wrong");
        _entries += BinaryPrimitives.ReadInt32LittleEndian(head[4..]);
        (block, wallClock) = (payload, BinaryPrimitives.ReadInt64LittleEndian(head[8..]));
        return true;
    }

    /// <summary>Takes the next entry off a block.</summary>
    /// <returns>Whether there was one.</returns>
    public static bool TryTake(ref ReadOnlySpan<byte> block, out ReadOnlySpan<byte> change)
    {
        if (block.IsEmpty)
        {
            change = default;
            return false;
        }

        SnapshotFormat.Check(block.Length >= sizeof(int), "an entry ends early");
        var length = BinaryPrimitives.ReadInt32LittleEndian(block);
        SnapshotFormat.Check(length >= 0 && length <= block.Length - sizeof(int), "an entry ends early");
        change = block.Slice(sizeof(int), length);
        block = block[(sizeof(int) + length)..];
        return true;
    }

    private void ReadFooter(ReadOnlySpan<byte> begun)
    {
        // A block's head and a footer without its checksum are equally long.
        var sum = _whole.GetCurrentHashAsUInt64();
        Span<byte> rest = stackalloc byte[SnapshotFormat.ChecksumBytes];
        Read(rest);
        SnapshotFormat.Check(BinaryPrimitives.ReadUInt64LittleEndian(rest) == sum, "the checksum of the whole is wrong");
        SnapshotFormat.Check(_from.Position == _from.Length, "something follows its end");
        Footer = new SnapshotFooter(BinaryPrimitives.ReadInt64LittleEndian(begun[8..]), BinaryPrimitives.ReadInt64LittleEndian(begun[16..]));
        SnapshotFormat.Check(Footer.Entries == _entries, "entries are missing");
    }

    private void Read(Span<byte> to)
    {
        var length = _from.ReadAtLeast(to, to.Length, throwOnEndOfStream: false);
        SnapshotFormat.Check(length == to.Length, "it ends early");
        _whole.Append(to);
    }
}
