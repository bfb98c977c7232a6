using System.Runtime.InteropServices;

namespace Orleans.Cache.Engine.Batches;

/// <summary>
/// The result of one operation of a batch. A value stands in the batch's values. This struct is the wire format as it is (little-endian,
/// 32 bytes, see docs/formats/batch.md): append-only, guarded by a golden test.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeInBytes)]
internal struct ShardResult
{
    public const int SizeInBytes = 32;

    [FieldOffset(0)]
    public OperationStatus Status;

    /// <summary>Of a write that was done: how many copies in sync have it, the owner's included; 0 where no partition is replicated.</summary>
    [FieldOffset(1)]
    public byte Copies;

    /// <summary>Get and peek: 1 if the entry has a sliding expiration, which the next read begins anew.</summary>
    [FieldOffset(2)]
    private byte _slides;

    /// <summary>Get and peek: 1 if the entry has tags.</summary>
    [FieldOffset(3)]
    private byte _isTagged;

    [FieldOffset(4)]
    public int ValueLength;

    /// <summary>Where the value starts, in bytes from the start of the values.</summary>
    [FieldOffset(8)]
    public int ValueOffset;

    /// <summary>The bytes of the whole value where it does not stand here as a whole: a get that was answered in chunks, and a range.</summary>
    [FieldOffset(12)]
    public int TotalLength;

    /// <summary>The entry's version after the operation, or 0 where there is no entry.</summary>
    [FieldOffset(16)]
    public long Version;

    /// <summary>Get and peek: milliseconds left to live, <see cref="ShardOperation.Forever"/>. Increment: the sum.</summary>
    [FieldOffset(24)]
    public long Number;

    /// <summary>Get and peek: whether the entry has a sliding expiration.</summary>
    public bool Slides
    {
        readonly get => _slides != 0;
        set => _slides = value ? (byte)1 : (byte)0;
    }

    /// <summary>Get and peek: whether the entry has tags.</summary>
    public bool IsTagged
    {
        readonly get => _isTagged != 0;
        set => _isTagged = value ? (byte)1 : (byte)0;
    }
}
