using System.Runtime.InteropServices;

namespace Orleans.Cache.Engine.Batches;

/// <summary>
/// One operation of a batch. Key and value stand in the batch's payload. This struct is the wire format as it is (little-endian, 48 bytes,
/// see docs/formats/batch.md): append-only, guarded by a golden test.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeInBytes)]
internal struct ShardOperation
{
    public const int SizeInBytes = 48;

    /// <summary>A duration that stands for "for ever".</summary>
    public const long Forever = -1;

    private const int HalfBits = 4;
    private const byte LowHalf = 0x0F;
    private const byte ConditionBits = 0x07;
    private const byte LoadBit = 0x08;

    [FieldOffset(0)]
    public OperationKind Kind;

    /// <summary>In its lower half <see cref="Condition"/> and <see cref="IsLoad"/>, in the upper <see cref="Concern"/> or <see cref="Level"/>.</summary>
    [FieldOffset(1)]
    public byte Mode;

    [FieldOffset(2)]
    public ushort KeyLength;

    [FieldOffset(4)]
    public int ValueLength;

    /// <summary>Where the key starts, in bytes from the start of the payload.</summary>
    [FieldOffset(8)]
    public int KeyOffset;

    /// <summary>Where the value starts, in bytes from the start of the payload.</summary>
    [FieldOffset(12)]
    public int ValueOffset;

    /// <summary>Milliseconds; 0: the cache's default; <see cref="Forever"/>.</summary>
    [FieldOffset(16)]
    public long TimeToLive;

    /// <summary>Where a range or a staged chunk begins in its value.</summary>
    [FieldOffset(16)]
    public long Offset;

    /// <summary>Milliseconds; 0: the cache's default; <see cref="Forever"/>: no sliding expiration.</summary>
    [FieldOffset(24)]
    public long SlidingExpiration;

    /// <summary>The bytes of a range, or of the whole value that a chunk belongs to.</summary>
    [FieldOffset(24)]
    public long Length;

    /// <summary>
    /// The version to compare with (a conditional set or commit), the token of a load's lease (<see cref="IsLoad"/>), what to add (an increment), the largest value that the caller takes in one
    /// piece (a get; 0: any), or the id of a staged value (stage and discard).
    /// </summary>
    [FieldOffset(32)]
    public long Argument;

    /// <summary>Of a write: see <see cref="OperationMark"/>; 0 of one that does no harm when it is done twice, and of others.</summary>
    [FieldOffset(40)]
    public long Mark;

    /// <summary>The condition of a set; 0 to 7.</summary>
    public byte Condition
    {
        readonly get => (byte)(Mode & ConditionBits);
        set => Mode = (byte)((Mode & ~ConditionBits) | (value & ConditionBits));
    }

    /// <summary>
    /// Of a get or peek: an entry whose time is over may be answered as well, while it is kept. Of a set: it ends a load; its argument is the token
    /// of the load's lease, or 0 if it has none and the entry must be absent, and its value has a <see cref="Loading.LoadMark"/> in front; with a
    /// commit, behind the id.
    /// </summary>
    public bool IsLoad
    {
        readonly get => (Mode & LoadBit) != 0;
        set => Mode = (byte)(value ? Mode | LoadBit : Mode & ~LoadBit);
    }

    /// <summary>Of a write: 0 the cache's concern, or one above the number of a <see cref="Replication.WriteConcern"/>; 0 to 15.</summary>
    public byte Concern
    {
        readonly get => (byte)(Mode >> HalfBits);
        set => Mode = (byte)((Mode & LowHalf) | (value << HalfBits));
    }

    /// <summary>Of a read, in the place of <see cref="Concern"/>: which copies may answer it.</summary>
    public Replication.ReadLevel Level
    {
        readonly get => (Replication.ReadLevel)Concern;
        set => Concern = (byte)value;
    }
}
