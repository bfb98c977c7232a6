using System.Numerics;
using System.Runtime.CompilerServices;

namespace Orleans.Cache.Engine.HotKeys;

/// <summary>A few keys, to be found by their hash. Immutable.</summary>
internal sealed class HotKeySlots
{
    public static readonly HotKeySlots Empty = new([]);

    private const int FilterBits = 12;
    private const int WordBits = 6;

    private readonly ulong[] _filter = new ulong[1 << (FilterBits - WordBits)];
    private readonly HotKey?[] _slots;
    private readonly int _shift;

    public HotKeySlots(IReadOnlyCollection<HotKey> keys)
    {
        All = keys;
        IsEmpty = keys.Count == 0;

        var size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, keys.Count * 4));
        _slots = new HotKey?[size];
        _shift = 64 - BitOperations.Log2(size);
        foreach (var key in keys)
        {
            var slot = SlotOf(key.Hash);
            while (_slots[slot] is not null)
            {
                slot = (slot + 1) & (_slots.Length - 1);
            }

            _slots[slot] = key;
            _filter[WordOf(key.Hash)] |= 1UL << (int)key.Hash;
        }
    }

    public IReadOnlyCollection<HotKey> All { get; }

    public bool IsEmpty { get; }

    /// <summary>Whether a key with a hash may be among them: that is so of few others, and costs no branch that is hard to foretell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayHave(ulong hash) => (_filter[WordOf(hash)] >> (int)hash & 1) != 0;

    /// <summary>The key with a hash, if it is among them.</summary>
    public HotKey? Find(ulong hash)
    {
        var slots = _slots;
        for (var slot = SlotOf(hash); slots[slot] is { } key; slot = (slot + 1) & (slots.Length - 1))
        {
            if (key.Hash == hash)
            {
                return key;
            }
        }

        return null;
    }

    private static int WordOf(ulong hash) => (int)(hash >> WordBits) & ((1 << (FilterBits - WordBits)) - 1);

    private int SlotOf(ulong hash) => (int)((hash * 0x9E37_79B9_7F4A_7C15) >> _shift);
}
