using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Eviction;

/// <summary>
/// The entries of a cache with the soonest expiry on top: a heap of references with four children each, in blocks of 1,024.
/// </summary>
/// <remarks>
/// An entry's position is its index in the heap plus one. A shard changes an expiry under its own lock and says so afterwards; until then
/// the heap may be slightly out of order, which costs a wrong choice at worst. Under the lock of the eviction policy.
/// </remarks>
internal sealed unsafe class ExpiryHeap(CacheArena arena)
{
    private const int BlockBytes = 4096;
    private const int CellShift = 10;
    private const int CellMask = (1 << CellShift) - 1;
    private const int Children = 4;

    private readonly int _blockClass = arena.BlockClassOf(BlockBytes);
    private uint[] _blocks = new uint[4];

    /// <summary>Entries in the heap.</summary>
    public int Count { get; private set; }

    /// <summary>What the heap holds on the managed heap.</summary>
    public long ManagedBytes => _blocks.Length * (long)sizeof(uint);

    /// <summary>The entry that expires first.</summary>
    public uint Top => *Cell(0);

    public bool TryAdd(uint reference)
    {
        if ((Count & CellMask) == 0)
        {
            var block = Count >> CellShift;
            if (block == _blocks.Length)
            {
                Array.Resize(ref _blocks, block * 2);
            }

            if (!arena.TryAllocate(_blockClass, out _blocks[block]))
            {
                return false;
            }
        }

        Put(Count++, reference);
        Up(Count - 1);
        return true;
    }

    public void Remove(EntryPointer entry)
    {
        var index = IndexOf(entry);
        entry.Position = 0;
        var last = --Count;
        if (index != last)
        {
            Put(index, *Cell(last));
            Fix(index);
        }

        if ((last & CellMask) == 0)
        {
            arena.Free(_blocks[last >> CellShift]);
            _blocks[last >> CellShift] = 0;
        }
    }

    /// <summary>Puts an entry where its expiry belongs.</summary>
    public void Fix(EntryPointer entry) => Fix(IndexOf(entry));

    /// <summary>Puts a moved entry's new reference in place of the old one.</summary>
    public void Replace(uint to) => *Cell(IndexOf(arena.Entry(to))) = to;

    /// <summary>Checks that every entry knows its position, and that none expires before its parent.</summary>
    /// <exception cref="InvalidOperationException">One does not, or does.</exception>
    public void Validate()
    {
        for (var index = 0; index < Count; index++)
        {
            var entry = arena.Entry(*Cell(index));
            if (IndexOf(entry) != index || !entry.IsLive || entry.Expiry < ExpiryAt((index - 1) / Children))
            {
                throw new InvalidOperationException($"the heap is wrong at {index}");
            }
        }
    }

    private static int IndexOf(EntryPointer entry) => (int)entry.Position - 1;

    private uint* Cell(int index) => (uint*)arena.Pointer(_blocks[index >> CellShift]) + (index & CellMask);

    private long ExpiryAt(int index) => arena.Entry(*Cell(index)).Expiry;

    private void Put(int index, uint reference)
    {
        *Cell(index) = reference;
        var entry = arena.Entry(reference);
        entry.Position = (uint)index + 1;
    }

    private void Fix(int index)
    {
        Up(index);
        Down(index);
    }

    private void Up(int index)
    {
        var moving = *Cell(index);
        var expiry = arena.Entry(moving).Expiry;
        while (index > 0 && ExpiryAt((index - 1) / Children) > expiry)
        {
            Put(index, *Cell((index - 1) / Children));
            index = (index - 1) / Children;
        }

        Put(index, moving);
    }

    private void Down(int index)
    {
        var moving = *Cell(index);
        var expiry = arena.Entry(moving).Expiry;
        while (true)
        {
            var least = -1;
            var leastExpiry = expiry;
            for (var child = (index * Children) + 1; child <= (index * Children) + Children && child < Count; child++)
            {
                if (ExpiryAt(child) < leastExpiry)
                {
                    least = child;
                    leastExpiry = ExpiryAt(child);
                }
            }

            if (least < 0)
            {
                Put(index, moving);
                return;
            }

            Put(index, *Cell(least));
            index = least;
        }
    }
}
