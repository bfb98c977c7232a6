using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Orleans.Cache.Client.Near;

/// <summary>A near copy of an entry. What readers look at never changes, except for the count of uses and, where the entry slides, its times.</summary>
internal sealed class NearEntry
{
    /// <summary>The next in the chain of <see cref="NearTable"/>, which alone touches it.</summary>
    public NearEntry? Next;

    /// <summary>What an entry takes besides its key and value: the object, the array's head, its place in the table and in a queue.</summary>
    private const int Overhead = 144;

    /// <summary>The bytes of a line of the processor's cache.</summary>
    private const int Line = 64;

    private const int MostUses = 3;

    /// <summary>The owner is told of reads when so great a part of the time is over that was left.</summary>
    private const int PartsOfSliding = 4;

    /// <summary>Within so many milliseconds of when a read is due to be told it is, with some to spare: so long before its end a copy is not read.</summary>
    private const long RenewalTime = 2 * NearCaches.SweepMilliseconds;

    private readonly byte[] _bytes;
    private readonly int _keyLength;
    private long _readUntil;

    // From when on the owner is told that the copy was read; the latest time where that is under way, or not needed. Only sweeps look at it.
    private long _renewAt;

    /// <summary>Asks the processor for all of an entry that is about to be looked at.</summary>
    /// <remarks>
    /// Its array was allocated right behind it, and a collection moves both together: so the lines of both come at once, and not the second when the
    /// first has said where it is. A prefetch of the wrong line does no harm.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch(NearEntry? entry)
    {
        if (Sse.IsSupported)
        {
            var address = *(byte**)Unsafe.AsPointer(ref entry);
            Sse.Prefetch0(address + Line);
            Sse.Prefetch0(address + (2 * Line));
        }
    }

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

    /// <summary>The key for as long as somebody needs it.</summary>
    public CacheKey WholeKey => new(_bytes.AsMemory(0, _keyLength));

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
    public long DiesAt { get; private set; }

    /// <summary>When the near copy is not to be read any more, which may be earlier.</summary>
    public long ReadUntil => Volatile.Read(ref _readUntil);

    /// <summary>Whether reading the entry begins its time anew, and whether its owner has to be told of a read.</summary>
    public required NearSliding Sliding { get; set; }

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

        // Written to once in a renewal only, as the count: other processors read the same line.
        if (Sliding == NearSliding.Unread)
        {
            Sliding = NearSliding.Read;
        }
    }

    /// <summary>What a read of the copy answers.</summary>
    /// <param name="now">The time at which it may be read.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public CacheEntry Read(long now) => new()
    {
        Found = true,
        Value = Value,
        Version = Version,
        TimeToLive = DiesAt == long.MaxValue ? null : TimeSpan.FromMilliseconds(DiesAt - now),
        LoadCost = LoadCost,
        IsNull = IsNull,
    };

    /// <summary>Notes for how long the entry lives.</summary>
    /// <param name="sentAt">When its owner was asked.</param>
    /// <param name="left">The milliseconds that the owner answered; <see cref="long.MaxValue"/> for ever.</param>
    /// <param name="longest">For how many milliseconds a copy is read at most.</param>
    public void Live(long sentAt, long left, long longest)
    {
        var slides = Sliding != NearSliding.No;
        var readable = Math.Min(slides ? Math.Max(left / PartsOfSliding, left - RenewalTime) : left, longest);
        DiesAt = left == long.MaxValue ? long.MaxValue : sentAt + left;
        _renewAt = slides ? sentAt + (left / PartsOfSliding) : long.MaxValue;

        // Last: who reads it finds what stands above.
        Volatile.Write(ref _readUntil, readable == long.MaxValue ? long.MaxValue : sentAt + readable);
    }

    /// <summary>Whether its owner is to be told that it was read.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isLast">Whether there is no later time for it, because the copy goes.</param>
    public bool IsRenewalDue(long now, bool isLast) => Sliding == NearSliding.Read && (isLast || _renewAt <= now);

    /// <summary>Called before the owner is told. Reads from then on count for the next time.</summary>
    public void BeginRenewal() => (_renewAt, Sliding) = (long.MaxValue, NearSliding.Unread);

    /// <summary>Called when the owner could not be told: it is tried again.</summary>
    public void AbandonRenewal(long now) => (_renewAt, Sliding) = (now, NearSliding.Read);
}
