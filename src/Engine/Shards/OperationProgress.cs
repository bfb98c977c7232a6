using System.Runtime.CompilerServices;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Shards;

/// <summary>
/// What one operation has come to between its turns under the shard's lock. Large values are copied without that lock, which nobody may hold
/// for as long as megabytes take. For one operation.
/// </summary>
internal struct OperationProgress
{
    /// <summary>The room that a write needs.</summary>
    public RoomNeed Need;

    /// <summary>Where the large value of a write lies, held for it; 0: nowhere yet, or it is the entry's by now.</summary>
    public nint Prepared;

    /// <summary>Whether <see cref="Prepared"/> is needed before the write can go on.</summary>
    public bool MustPrepare;

    /// <summary>Of a change that another copy decided: the version that the entry gets; 0: this shard gives the next.</summary>
    public long Version;

    /// <summary>Of such a change: how many milliseconds ago a sliding expiration began to count.</summary>
    public long SlidingAge;

    /// <summary>Of a set that ends a load: what the entry carries.</summary>
    public Loading.LoadMark Mark;

    /// <summary>Whether a sliding expiration began again, and by so much that other copies must be told.</summary>
    public bool IsRenewed;

    private nint _held;
    private int _heldBytes;
    private int _offset;
    private int _length;

    /// <summary>Whether a large value was read, and is held to be copied.</summary>
    public readonly bool IsHolding => _held != 0;

    /// <summary>Holds an entry's large value. Under the shard's lock.</summary>
    public void Hold(EntryPointer entry, int offset, int length)
    {
        _held = entry.LargeAddress;
        _heldBytes = entry.ValueLength;
        _offset = offset;
        _length = length;
        SlabPool.HoldLarge(_held);
    }

    /// <summary>Copies what was asked for of the value held, and lets go of it. Without the shard's lock.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public unsafe void CopyHeld(CacheStore store, ValueBuffer values, ref Batches.ShardResult result)
    {
        try
        {
            result.ValueOffset = values.Append(new ReadOnlySpan<byte>((byte*)_held + _offset, _length));
            result.ValueLength = _length;
        }
        finally
        {
            store.ReleaseLarge(_held, _heldBytes);
            _held = 0;
        }
    }

    /// <summary>Finds memory for the large value of a write, and copies it there. Without the shard's lock.</summary>
    /// <returns><see langword="false"/> when there is no memory.</returns>
    public unsafe bool TryPrepare(CacheStore store, ReadOnlySpan<byte> value)
    {
        MustPrepare = false;
        Prepared = store.TryMapLarge(value.Length, ref Need);
        if (Prepared == 0)
        {
            return false;
        }

        value.CopyTo(new Span<byte>((byte*)Prepared, value.Length));
        return true;
    }
}
