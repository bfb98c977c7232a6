namespace Orleans.Cache.Client.Near;

/// <summary>A near copy of an entry. What readers look at never changes, except for the count of uses.</summary>
internal sealed class NearEntry
{
    /// <summary>The next in the chain of <see cref="NearTable"/>, which alone touches it.</summary>
    public NearEntry? Next;

    /// <summary>What an entry takes besides its key and value: the object, the array's head, its place in the table and in a queue.</summary>
    private const int Overhead = 144;

    private const int MostUses = 3;

    private readonly byte[] _bytes;
    private readonly int _keyLength;

    /// <param name="key">The key.</param>
    /// <param name="value">The value. Both are copied into one array, where a hit finds them together, and nothing keeps a whole batch alive.</param>
    public NearEntry(CacheKey key, ReadOnlySpan<byte> value)
    {
        _keyLength = key.ByteCount;
        _bytes = GC.AllocateUninitializedArray<byte>(_keyLength + value.Length);
        key.CopyTo(_bytes);
        value.CopyTo(_bytes.AsSpan(_keyLength));
    }

    public required ulong Hash { get; init; }

    public ReadOnlySpan<byte> Key => _bytes.AsSpan(0, _keyLength);

    public ReadOnlyMemory<byte> Value => _bytes.AsMemory(_keyLength);

    public required long Version { get; init; }

    /// <summary>The partition that it belongs to.</summary>
    public required int Partition { get; init; }

    /// <summary>The stamp that the partition had when it was read: see <see cref="NearTrust"/>.</summary>
    public required long Stamp { get; init; }

    /// <summary>How often all copies of the cache had been removed when it was read: if that has changed, this one is.</summary>
    public required int Clears { get; init; }

    /// <summary>The same of copies with tags; -1 where the entry has none.</summary>
    public required int TagRemovals { get; init; }

    /// <summary>When the entry itself expires, in milliseconds of the <see cref="NearClock"/>; <see cref="long.MaxValue"/> for never.</summary>
    public required long DiesAt { get; init; }

    /// <summary>When the near copy is not to be read any more, which may be earlier.</summary>
    public required long ReadUntil { get; init; }

    /// <summary>As in <see cref="CacheEntry"/>.</summary>
    public required byte LoadCost { get; init; }

    /// <summary>As in <see cref="CacheEntry"/>.</summary>
    public required bool IsNull { get; init; }

    /// <summary>The bytes that count against the limit.</summary>
    public int Size => Overhead + _bytes.Length;

    /// <summary>How often it was read lately, up to 3. Lost updates do no harm, so that readers on all processors share nothing that is written often.</summary>
    public int Uses { get; set; }

    /// <summary>Whether it is not in the table any more; its queue still has it. Changed by whoever took it out of the table.</summary>
    public bool IsGone { get; set; }

    public void NoteUse()
    {
        if (Uses < MostUses)
        {
            Uses++;
        }
    }
}
