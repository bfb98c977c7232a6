using System.Runtime.CompilerServices;
using Orleans.Cache.Engine.Loading;

namespace Orleans.Cache.Engine.Memory;

/// <summary>
/// An entry in its slot, by the layout of <see cref="EntryLayout"/>. Under the lock of the entry's shard, but for
/// <see cref="Position"/> (lock of the eviction policy) and <see cref="SetFrequency"/> (atomic). Valid until the slot is freed.
/// </summary>
internal readonly unsafe struct EntryPointer(byte* slot)
{
    /// <summary>The version of the last write.</summary>
    public long Version
    {
        get => *(long*)(slot + EntryLayout.EntryVersion);
        set => *(long*)(slot + EntryLayout.EntryVersion) = value;
    }

    /// <summary>Where the entry stands in its cache's queues; 0: nowhere.</summary>
    public uint Position
    {
        get => *(uint*)(slot + EntryLayout.Position);
        set => *(uint*)(slot + EntryLayout.Position) = value;
    }

    /// <summary>Milliseconds of the shard clock after which the entry is gone.</summary>
    public long Expiry
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (long)(*(ulong*)(slot + EntryLayout.Expiry) & EntryLayout.Never);
        set => WriteTime(slot + EntryLayout.Expiry, value);
    }

    public bool IsLive => (slot[EntryLayout.Flags] & EntryLayout.Live) != 0;

    public bool IsLarge => (slot[EntryLayout.Flags] & EntryLayout.Large) != 0;

    public bool HasSliding => (slot[EntryLayout.Flags] & EntryLayout.Sliding) != 0;

    public bool IsTagged => (slot[EntryLayout.Flags] & EntryLayout.Tagged) != 0;

    /// <summary>The tags: see <see cref="Shards.TagSection"/>. Empty where there are none.</summary>
    public ReadOnlySpan<byte> Tags => new(slot + TagsOffset, TagBytes);

    /// <summary>Whether the entry was loaded.</summary>
    public bool HasMark => (slot[EntryLayout.Flags] & EntryLayout.Marked) != 0;

    /// <summary>What the entry carries if it was loaded.</summary>
    public LoadMark Mark => HasMark ? new LoadMark(*(ulong*)(slot + MarkOffset)) : default;

    /// <summary>When the entry's time is over; until <see cref="Expiry"/> it is there for those who take what is stale.</summary>
    public long StaleFrom => HasMark && Expiry is < EntryLayout.Never and var expiry ? expiry - Mark.Stale : Expiry;

    public int KeyLength => IsWide ? *(ushort*)(slot + EntryLayout.Lengths) : slot[EntryLayout.Lengths];

    public int ValueLength => IsWide ? *(int*)(slot + EntryLayout.Lengths + sizeof(ushort)) : slot[EntryLayout.Lengths + 1];

    /// <summary>The key's bytes; they stay where they are until the slot is freed.</summary>
    public ReadOnlySpan<byte> Key
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(slot + KeyOffset, KeyLength);
    }

    public ReadOnlySpan<byte> Value =>
        new(IsLarge ? (byte*)LargeAddress : slot + KeyOffset + KeyLength, ValueLength);

    /// <summary>Where a large value lies.</summary>
    public nint LargeAddress => *(nint*)(slot + KeyOffset + KeyLength);

    /// <summary>Absolute expiry and sliding expiration as they were written.</summary>
    public EntryTimes Times => HasSliding
        ? new EntryTimes(ReadTime(slot + HeaderBytes + 5), ReadTime(slot + HeaderBytes), Mark)
        : new EntryTimes(Expiry, 0, Mark);

    /// <summary>The bytes that the entry takes in its slot.</summary>
    public int Bytes => KeyOffset + KeyLength + (IsLarge ? EntryLayout.LargeReference : ValueLength);

    /// <summary>Uses since <see cref="SetFrequency"/>, 0 to 3.</summary>
    public int Frequency => (slot[EntryLayout.Flags] & EntryLayout.Frequency) / EntryLayout.FrequencyOne;

    private bool IsWide => (slot[EntryLayout.Flags] & EntryLayout.Wide) != 0;

    private int HeaderBytes => IsWide ? EntryLayout.WideHeader : EntryLayout.NarrowHeader;

    private int MarkOffset => HeaderBytes + (HasSliding ? EntryLayout.SlidingPart : 0);

    private int TagsOffset => MarkOffset + (HasMark ? EntryLayout.MarkPart : 0);

    private int TagBytes => IsTagged ? Shards.TagSection.BytesOf(slot[TagsOffset]) : 0;

    private int KeyOffset => TagsOffset + TagBytes;

    /// <summary>Writes a whole entry but its position, which it keeps, as it keeps its frequency unless the entry is new.</summary>
    /// <remarks><paramref name="large"/>: Where the value lies already, or 0 when it stands in the slot.</remarks>
    public void Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, nint large, long version, EntryTimes times, long now, bool isNew, ReadOnlySpan<byte> tags = default)
    {
        var wide = large != 0 || key.Length > EntryLayout.LongestNarrow || value.Length > EntryLayout.LongestNarrow;
        var kept = isNew ? 0 : slot[EntryLayout.Flags] & EntryLayout.Frequency;
        slot[EntryLayout.Flags] = (byte)(EntryLayout.Live | kept
            | (wide ? EntryLayout.Wide : 0) | (times.Sliding == 0 ? 0 : EntryLayout.Sliding) | (large == 0 ? 0 : EntryLayout.Large)
            | (times.Mark.IsPresent ? EntryLayout.Marked : 0) | (tags.IsEmpty ? 0 : EntryLayout.Tagged));
        Version = version;
        Expiry = times.After(now);
        if (wide)
        {
            *(ushort*)(slot + EntryLayout.Lengths) = (ushort)key.Length;
            *(int*)(slot + EntryLayout.Lengths + sizeof(ushort)) = value.Length;
        }
        else
        {
            slot[EntryLayout.Lengths] = (byte)key.Length;
            slot[EntryLayout.Lengths + 1] = (byte)value.Length;
        }

        if (times.Sliding != 0)
        {
            WriteTime(slot + HeaderBytes, times.Sliding);
            WriteTime(slot + HeaderBytes + 5, times.Absolute);
        }

        if (times.Mark.IsPresent)
        {
            *(ulong*)(slot + MarkOffset) = times.Mark.Bits;
        }

        tags.CopyTo(new Span<byte>(slot + TagsOffset, tags.Length));
        var at = slot + KeyOffset;
        key.CopyTo(new Span<byte>(at, key.Length));
        at += key.Length;
        if (large != 0)
        {
            *(nint*)at = large;
        }
        else
        {
            value.CopyTo(new Span<byte>(at, value.Length));
        }
    }

    /// <summary>Gives the entry a new absolute expiry; the sliding part stays.</summary>
    public void SetAbsolute(long absolute, long now)
    {
        var times = Times with { Absolute = absolute };
        if (times.Sliding != 0)
        {
            WriteTime(slot + HeaderBytes + 5, absolute);
        }

        Expiry = times.After(now);
    }

    /// <summary>Counts a use for policies that look at it only when they evict.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountUse()
    {
        var flags = slot[EntryLayout.Flags];
        if ((flags & EntryLayout.Frequency) != EntryLayout.Frequency)
        {
            slot[EntryLayout.Flags] = (byte)(flags + EntryLayout.FrequencyOne);
        }
    }

    /// <summary>
    /// Sets the frequency. The policy calls this without the shard's lock while the shard may count a use or write flags: the exchange
    /// makes sure that only the frequency of the flags is written; a use that is lost thereby is no harm.
    /// </summary>
    public void SetFrequency(int frequency)
    {
        ref var flags = ref slot[EntryLayout.Flags];
        while (true)
        {
            var seen = Volatile.Read(ref flags);
            var wanted = (byte)((seen & ~EntryLayout.Frequency) | (frequency * EntryLayout.FrequencyOne));
            if (Interlocked.CompareExchange(ref flags, wanted, seen) == seen)
            {
                return;
            }
        }
    }

    /// <summary>Marks the slot as holding no entry.</summary>
    public void MarkFree() => slot[EntryLayout.Flags] = 0;

    /// <summary>Whether the lengths, which may be anything when the slot is not this thread's to read, stay within the slot.</summary>
    public bool FitsWithin(int slotBytes)
    {
        var key = KeyOffset + KeyLength;
        return key <= slotBytes && KeyLength > 0;
    }

    private static long ReadTime(byte* at) => *(uint*)at | ((long)at[4] << 32);

    private static void WriteTime(byte* at, long time)
    {
        time = Math.Min(time, EntryLayout.Never);
        *(uint*)at = (uint)time;
        at[4] = (byte)(time >> 32);
    }
}
