using System.Numerics;
using System.Runtime.CompilerServices;

namespace Orleans.Cache.Engine.Index;

/// <summary>
/// A bucket of an index: one cache line. Bytes 0–11 tags (0: empty slot), 12 timer (see <c>TimingWheel</c>; 0: none), 13 whether another
/// bucket is chained (its reference then stands in the last slot), 14–15 zero, 16–63 twelve references of 4 bytes.
/// </summary>
internal readonly unsafe struct Bucket(byte* at)
{
    public const int Bytes = 64;
    public const int Slots = 12;
    private const int TimerAt = 12;
    private const int ChainedAt = 13;
    private const int ReferencesAt = 16;
    private const uint AllSlots = (1u << Slots) - 1;
    private const uint SlotsBeforeChain = AllSlots >> 1;

    public byte Timer
    {
        get => at[TimerAt];
        set => at[TimerAt] = value;
    }

    public bool IsChained => at[ChainedAt] != 0;

    /// <summary>The chained bucket's reference; 0: none.</summary>
    public uint Chain
    {
        get => IsChained ? References[Slots - 1] : 0;
        set
        {
            at[ChainedAt] = value == 0 ? (byte)0 : (byte)1;
            at[Slots - 1] = 0;
            References[Slots - 1] = value;
        }
    }

    private uint* References => (uint*)(at + ReferencesAt);

    private uint Usable => IsChained ? SlotsBeforeChain : AllSlots;

    public uint this[int slot] => References[slot];

    public byte TagAt(int slot) => at[slot];

    public void Clear() => new Span<byte>(at, Bytes).Clear();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Match<TTags>(byte tag)
        where TTags : struct, ITagMatcher => TTags.Match(at, tag) & Usable;

    /// <summary>The slots in use.</summary>
    public uint Occupied<TTags>()
        where TTags : struct, ITagMatcher => ~TTags.Match(at, 0) & Usable;

    public bool TryAdd<TTags>(byte tag, uint reference)
        where TTags : struct, ITagMatcher
    {
        var empty = Match<TTags>(0);
        if (empty == 0)
        {
            return false;
        }

        var slot = BitOperations.TrailingZeroCount(empty);
        at[slot] = tag;
        References[slot] = reference;
        return true;
    }

    public void Replace(int slot, uint reference) => References[slot] = reference;

    public void Remove(int slot)
    {
        at[slot] = 0;
        References[slot] = 0;
    }
}
