namespace Orleans.Cache.Engine.Memory;

/// <summary>
/// Where the parts of an entry stand in its slot. See docs/formats/entry.md. Append-only under <see cref="Version"/>, guarded by a golden
/// test.
/// </summary>
/// <remarks>
/// Nothing in an entry depends on where it lies, so a slot's bytes may be moved or sent as they are. Only <see cref="Position"/> and the
/// frequency bits mean something on this silo alone, and the address of a large value must be replaced by the value.
/// </remarks>
internal static class EntryLayout
{
    /// <summary>Raised when bytes of the old form would be misread.</summary>
    public const byte Version = 1;

    /// <summary>The entry's version: 8 bytes.</summary>
    public const int EntryVersion = 0;

    /// <summary>Where the entry stands in its cache's queues: 4 bytes, under the lock of the eviction policy. Local.</summary>
    public const int Position = 8;

    /// <summary>Milliseconds of the shard clock after which the entry is gone: 5 bytes; all ones: never.</summary>
    public const int Expiry = 12;

    /// <summary>Flags: 1 byte.</summary>
    public const int Flags = 17;

    /// <summary>Lengths: key 1 byte and value 1 byte, or (<see cref="Wide"/>) key 2 bytes and value 4 bytes.</summary>
    public const int Lengths = 18;

    /// <summary>The header's size with narrow lengths.</summary>
    public const int NarrowHeader = 20;

    /// <summary>The header's size with wide lengths.</summary>
    public const int WideHeader = 24;

    /// <summary>Sliding expiration and absolute expiry, 5 bytes each, behind the header of entries that have a sliding expiration.</summary>
    public const int SlidingPart = 10;

    /// <summary>The mark of an entry that was loaded, behind the sliding part.</summary>
    public const int MarkPart = 8;

    /// <summary>What stands in place of a large value: its address, 8 bytes.</summary>
    public const int LargeReference = 8;

    /// <summary>The longest key and value of narrow lengths.</summary>
    public const int LongestNarrow = byte.MaxValue;

    /// <summary>The expiry that never comes.</summary>
    public const long Never = (1L << 40) - 1;

    /// <summary>Flag: the slot holds an entry.</summary>
    public const byte Live = 1;

    /// <summary>Flag: lengths are wide.</summary>
    public const byte Wide = 2;

    /// <summary>Flag: there is a sliding expiration.</summary>
    public const byte Sliding = 4;

    /// <summary>Flag: the value lies elsewhere.</summary>
    public const byte Large = 8;

    /// <summary>Flag: it was loaded, and has a mark.</summary>
    public const byte Marked = 0x80;

    /// <summary>Two bits: how often the entry was used since the eviction policy looked, 0 to 3. Local.</summary>
    public const byte Frequency = 0x30;

    /// <summary>Flag: there are tags.</summary>
    public const byte Tagged = 0x40;

    /// <summary>One use, in the bits of <see cref="Frequency"/>.</summary>
    public const byte FrequencyOne = 0x10;

    /// <summary>The bytes that an entry takes in its slot.</summary>
    /// <remarks><paramref name="tags"/>: The bytes of its tags, behind the sliding part and the mark.</remarks>
    public static int SizeOf(int keyLength, int valueLength, bool sliding, bool large, bool marked = false, int tags = 0)
    {
        var wide = large || keyLength > LongestNarrow || valueLength > LongestNarrow;
        return (wide ? WideHeader : NarrowHeader) + (sliding ? SlidingPart : 0) + (marked ? MarkPart : 0) + tags + keyLength + (large ? LargeReference : valueLength);
    }
}
