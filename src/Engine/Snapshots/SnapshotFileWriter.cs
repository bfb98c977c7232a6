using System.Buffers.Binary;
using System.IO.Hashing;
using Orleans.Cache.Engine.Copies;

namespace Orleans.Cache.Engine.Snapshots;

/// <summary>Writes one snapshot to a stream: header, blocks of entries, footer. For one thread.</summary>
internal sealed class SnapshotFileWriter
{
    private readonly Stream _to;
    private readonly XxHash3 _whole = new();
    private byte[] _block = new byte[64 << 10];
    private int _length;
    private int _blockEntries;
    private long _entries;

    public SnapshotFileWriter(Stream to, SnapshotHeader header)
    {
        _to = to;
        Write(SnapshotFormat.WriteHeader(header));
        _length = SnapshotFormat.BlockHeadBytes;
    }

    /// <summary>How many bytes were written to the stream.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many bytes wait for <see cref="EndBlock"/>.</summary>
    public int BlockBytes => _length - SnapshotFormat.BlockHeadBytes;

    /// <summary>Whether an entry has a sliding expiration.</summary>
    public bool HasSliding { get; private set; }

    /// <summary>Adds an entry, as a change, to the block.</summary>
    public void Add(ReadOnlySpan<byte> change)
    {
        var length = _length + sizeof(int) + change.Length;
        if (length > _block.Length)
        {
            Array.Resize(ref _block, Math.Max(length, (int)Math.Min(Array.MaxLength, _block.Length * 2L)));
        }

        BinaryPrimitives.WriteInt32LittleEndian(_block.AsSpan(_length), change.Length);
        change.CopyTo(_block.AsSpan(_length + sizeof(int)));
        _length = length;
        _blockEntries++;
        HasSliding |= ChangeFormat.TellsSliding(change);
    }

    /// <summary>Writes the block, if there is anything in it.</summary>
    /// <param name="wallClock">When its entries had the times that their changes tell, in milliseconds since 1970.</param>
    /// <returns>Whether there was.</returns>
    public bool EndBlock(long wallClock)
    {
        if (_blockEntries == 0)
        {
            return false;
        }

        var head = _block.AsSpan(0, SnapshotFormat.BlockHeadBytes);
        SnapshotFormat.WriteBlockHead(head, _block.AsSpan(SnapshotFormat.BlockHeadBytes, BlockBytes), _blockEntries, wallClock);
        Write(_block.AsSpan(0, _length));
        _entries += _blockEntries;
        _length = SnapshotFormat.BlockHeadBytes;
        _blockEntries = 0;
        return true;
    }

    /// <summary>Writes the footer. Nothing may follow.</summary>
    public SnapshotFooter End(long versionFloor)
    {
        Span<byte> footer = stackalloc byte[SnapshotFormat.FooterBytes];
        footer.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(footer, SnapshotFormat.FooterMark);
        BinaryPrimitives.WriteInt64LittleEndian(footer[8..], _entries);
        BinaryPrimitives.WriteInt64LittleEndian(footer[16..], versionFloor);
        Write(footer[..^SnapshotFormat.ChecksumBytes]);
        BinaryPrimitives.WriteUInt64LittleEndian(footer[^SnapshotFormat.ChecksumBytes..], _whole.GetCurrentHashAsUInt64());
        Write(footer[^SnapshotFormat.ChecksumBytes..]);
        return new SnapshotFooter(_entries, versionFloor);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _whole.Append(bytes);
        _to.Write(bytes);
        Bytes += bytes.Length;
    }
}
