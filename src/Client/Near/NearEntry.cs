namespace Orleans.Cache.Client.Near;

/// <summary>A near copy of an entry. What readers look at never changes, except for the count of uses.</summary>
internal sealed class NearEntry
{
    /// <summary>What an entry takes besides its key and value: the object, its place in the table and in a queue.</summary>
    private const int Overhead = 160;

    private const int MostUses = 3;

    public required ulong Hash { get; init; }

    public required byte[] Key { get; init; }

    public required ReadOnlyMemory<byte> Value { get; init; }

    public required long Version { get; init; }

    /// <summary>The partition that it belongs to.</summary>
    public required int Partition { get; init; }

    /// <summary>The stamp that the partition had when it was read: see <see cref="NearTrust"/>.</summary>
    public required long Stamp { get; init; }

    /// <summary>When the entry itself expires, in milliseconds of the <see cref="NearClock"/>; <see cref="long.MaxValue"/> for never.</summary>
    public required long DiesAt { get; init; }

    /// <summary>When the near copy is not to be read any more, which may be earlier.</summary>
    public required long ReadUntil { get; init; }

    /// <summary>As in <see cref="CacheEntry"/>.</summary>
    public required byte LoadCost { get; init; }

    /// <summary>As in <see cref="CacheEntry"/>.</summary>
    public required bool IsNull { get; init; }

    /// <summary>The bytes that count against the limit.</summary>
    public int Size => Overhead + Key.Length + Value.Length;

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
