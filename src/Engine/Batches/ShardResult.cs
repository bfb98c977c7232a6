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

    /// <summary>Get and peek: bit 0 for <see cref="Slides"/>, 1 for <see cref="IsStale"/>, 2 for <see cref="IsNull"/>, 3 for <see cref="IsTagged"/>, 4 for <see cref="IsHot"/>, 5 for <see cref="IsCopy"/>.</summary>
    [FieldOffset(2)]
    private byte _flags;

    /// <summary>Get and peek: how long the load of the entry took (<see cref="Loading.LoadMark.CostOf"/>); 0 where it was not loaded.</summary>
    [FieldOffset(3)]
    public byte LoadCost;

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

    /// <summary>
    /// Get and peek: milliseconds left to live, <see cref="ShardOperation.Forever"/>; of a stale entry, since when its time is over. Increment: the sum.
    /// </summary>
    [FieldOffset(24)]
    public long Number;

    /// <summary>Get and peek: whether the entry has a sliding expiration, which the next read begins anew.</summary>
    public bool Slides
    {
        readonly get => (_flags & 1) != 0;
        set => Set(1, value);
    }

    /// <summary>Get and peek: whether the entry's time is over, and it is only kept for those who take what is stale.</summary>
    public bool IsStale
    {
        readonly get => (_flags & 2) != 0;
        set => Set(2, value);
    }

    /// <summary>Get and peek: whether the value stands for null.</summary>
    public bool IsNull
    {
        readonly get => (_flags & 4) != 0;
        set => Set(4, value);
    }

    /// <summary>Get and peek: whether the entry has tags.</summary>
    public bool IsTagged
    {
        readonly get => (_flags & 8) != 0;
        set => Set(8, value);
    }

    /// <summary>Get: whether the key is hot, so that other silos may be asked for it too (<see cref="Replication.ReadLevel.Hot"/>).</summary>
    public bool IsHot
    {
        readonly get => (_flags & 16) != 0;
        set => Set(16, value);
    }

    /// <summary>Get: whether it is answered by a silo that does not own the key, from its copy of a hot one.</summary>
    public bool IsCopy
    {
        readonly get => (_flags & 32) != 0;
        set => Set(32, value);
    }

    private void Set(byte flag, bool value) => _flags = (byte)(value ? _flags | flag : _flags & ~flag);
}
