using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Orleans.Cache.Engine.Memory;

/// <summary>
/// The slots of one cache: entries in size classes, and blocks of 64 to 4,096 bytes for the cache's own structures.
/// </summary>
/// <remarks>
/// 1. A slab belongs to one cache and one class while any slot of it is in use, then goes back to the silo's pool: no class keeps what
/// another needs. 2. Freed slots are used again last in, first out, while the processor still has them. 3. Free slots scattered over many
/// slabs are gathered by moving the entries of the emptiest slab (<see cref="TryChooseLeaving"/>). 4. A free slot has its flags cleared and
/// the next free slot in its first bytes. Safe for any number of threads: one lock, held for a few loads and stores; locks nothing but the
/// pool meanwhile.
/// </remarks>
internal sealed unsafe class CacheArena
{
    private const int SmallestBlockShift = 6;
    private const int BlockClasses = 7;
    private const int SearchLength = 64;
    private const int BytesAhead = 192;
    private const int CacheLine = 64;

    private readonly SlabPool _pool;
    private readonly byte* _base;
    private readonly int _unitShift;
    private readonly ClassState[] _classes;
    private readonly int _blockClass;
    private ShortLock _lock;
    private long _usedBytes;
    private long _slabs;
    private int _looseClasses;

    /// <remarks><paramref name="largestSlot"/>: The size that the largest class of entries must hold.</remarks>
    public CacheArena(SlabPool pool, int largestSlot)
    {
        _pool = pool;
        _base = pool.Base;
        _unitShift = pool.UnitShift;
        Sizes = new SizeClasses(1 << _unitShift, Math.Min(largestSlot, pool.SlabBytes / 4));
        _blockClass = Sizes.Count;
        _classes = new ClassState[Sizes.Count + BlockClasses];
        for (var index = 0; index < _classes.Length; index++)
        {
            var bytes = index < _blockClass ? Sizes.SizeOf(index) : 1 << (SmallestBlockShift + index - _blockClass);
            _classes[index] = new ClassState { SlotBytes = bytes, SlotsPerSlab = pool.SlabBytes / bytes };
        }
    }

    /// <summary>The largest block.</summary>
    public static int LargestBlock => 1 << (SmallestBlockShift + BlockClasses - 1);

    public SlabPool Pool => _pool;

    /// <summary>The classes of entries.</summary>
    public SizeClasses Sizes { get; }

    /// <summary>Bytes of slots and blocks in use.</summary>
    public long UsedBytes => Volatile.Read(ref _usedBytes);

    /// <summary>Bytes of the slabs held, whether their slots are in use or not.</summary>
    public long SlabBytes => Volatile.Read(ref _slabs) << _pool.SlabShift;

    /// <summary>Whether some class of entries has as many free slots as a slab: one of its slabs could be emptied and given away.</summary>
    public bool IsLoose => Volatile.Read(ref _looseClasses) > 0;

    /// <summary>The class of blocks of so many bytes: a power of two, 64 to <see cref="LargestBlock"/>.</summary>
    public int BlockClassOf(int bytes) => _blockClass + BitOperations.Log2((uint)bytes) - SmallestBlockShift;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Pointer(uint reference) => _base + ((nuint)reference << _unitShift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public EntryPointer Entry(uint reference) => new(Pointer(reference));

    /// <summary>Asks the processor for the first lines of a slot.</summary>
    public void Prefetch(uint reference)
    {
        if (Sse.IsSupported)
        {
            var slot = Pointer(reference);
            for (var ahead = 0; ahead < BytesAhead; ahead += CacheLine)
            {
                Sse.Prefetch0(slot + ahead);
            }
        }
    }

    /// <summary>The class of the slot that a reference stands for.</summary>
    public int ClassOf(uint reference) => _pool.Slabs[SlabOf(reference)].Class;

    /// <summary>The size of the slots of a class.</summary>
    public int SlotBytes(int slotClass) => _classes[slotClass].SlotBytes;

    /// <summary>Copies an entry's bytes to another slot of its class.</summary>
    public void Copy(uint from, uint to) => Buffer.MemoryCopy(Pointer(from), Pointer(to), SlotBytes(ClassOf(to)), Entry(from).Bytes);

    /// <summary>Takes a slot or block; its bytes are whatever they were.</summary>
    /// <returns><see langword="false"/> when the class has no free slot and the pool no slab.</returns>
    public bool TryAllocate(int slotClass, out uint reference)
    {
        _lock.Enter();
        try
        {
            return TryAllocateLocked(slotClass, out reference);
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>Takes a slot of a slab that the cache has already, for an entry that is moved: in a slab of its own nothing would be won.</summary>
    public bool TryAllocateHeld(int slotClass, out uint reference)
    {
        _lock.Enter();
        try
        {
            reference = 0;
            return _classes[slotClass].WithFree != 0 && TryAllocateLocked(slotClass, out reference);
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>Whether <see cref="TryAllocate"/> would find a slot for an entry now.</summary>
    public bool CanAllocate(int slotClass) => Volatile.Read(ref _classes[slotClass].WithFree) != 0 || _pool.HasRoom(_pool.SlabBytes);

    /// <summary>Gives a slot or block back.</summary>
    public void Free(uint reference)
    {
        _lock.Enter();
        try
        {
            FreeLocked(reference);
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>Finds a class of larger slots that has a free one.</summary>
    /// <remarks><paramref name="slotClass"/>: The class that has none; receives the other.</remarks>
    public bool TryFindLarger(ref int slotClass)
    {
        for (var larger = slotClass + 1; larger < _blockClass; larger++)
        {
            if (Volatile.Read(ref _classes[larger].WithFree) != 0)
            {
                slotClass = larger;
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Chooses the emptiest slab that is worth emptying, and stops handing out its slots: they count as free no more until
    /// <see cref="EndLeaving"/>, which must follow.
    /// </summary>
    /// <remarks><paramref name="mustFit"/>: Only when the entries still in it find room in other slabs of their class.</remarks>
    public bool TryChooseLeaving(bool mustFit, out int slab)
    {
        _lock.Enter();
        try
        {
            slab = 0;
            var best = double.MaxValue;
            for (var index = 0; index < _blockClass; index++)
            {
                ref var state = ref _classes[index];
                if (state.WithFree == 0 || (mustFit && state.FreeSlots < state.SlotsPerSlab))
                {
                    continue;
                }

                var candidate = state.WithFree;
                for (var looked = 0; candidate != 0 && looked < SearchLength; looked++)
                {
                    var fill = (double)_pool.Slabs[candidate].Live / state.SlotsPerSlab;
                    if (fill < best)
                    {
                        best = fill;
                        slab = candidate;
                    }

                    candidate = _pool.Slabs[candidate].Next;
                }
            }

            if (slab == 0)
            {
                return false;
            }

            Unlist(slab);
            AddFreeSlots(_pool.Slabs[slab].Class, -FreeSlotsOf(slab));
            _pool.Slabs[slab].Leaving = true;
            return true;
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>How many slots of a slab may hold entries, and where the one of a number is. For a slab that is leaving.</summary>
    public int CarvedSlots(int slab) => _pool.Slabs[slab].Carved;

    /// <summary>The reference of a slot.</summary>
    public uint SlotAt(int slab, int slot) =>
        (uint)((((long)slab << _pool.SlabShift) + ((long)slot * _classes[_pool.Slabs[slab].Class].SlotBytes)) >> _unitShift);

    public int ClassOfSlab(int slab) => _pool.Slabs[slab].Class;

    /// <summary>Gives an emptied slab back to the pool, or puts it among the others again.</summary>
    /// <returns>Whether the pool has it.</returns>
    public bool EndLeaving(int slab)
    {
        _lock.Enter();
        try
        {
            ref var info = ref _pool.Slabs[slab];
            info.Leaving = false;
            AddFreeSlots(info.Class, FreeSlotsOf(slab));
            if (info.Live == 0)
            {
                ReturnLocked(slab);
                return true;
            }

            if (HasFree(slab))
            {
                List(slab);
            }

            return false;
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>Recounts everything from the slabs.</summary>
    /// <exception cref="InvalidOperationException">A count is wrong; the message says which.</exception>
    public void Validate()
    {
        _lock.Enter();
        try
        {
            long slabs = 0;
            foreach (ref var state in _classes.AsSpan())
            {
                slabs += state.Slabs;
                var free = 0;
                var previous = 0;
                for (var slab = state.WithFree; slab != 0; slab = _pool.Slabs[slab].Next)
                {
                    ref var info = ref _pool.Slabs[slab];
                    Check(info.Listed && info.Previous == previous, "a slab is not linked as it is listed");
                    var freed = 0;
                    for (var reference = info.Free; reference != 0; reference = *(uint*)Pointer(reference))
                    {
                        Check(SlabOf(reference) == slab, "a free slot is in another slab's list");
                        freed++;
                    }

                    Check(info.Carved - freed == info.Live, "a slab's slots in use do not add up");
                    free += state.SlotsPerSlab - info.Live;
                    previous = slab;
                }

                Check(free == state.FreeSlots, "a class's free slots do not add up");
            }

            Check(slabs == _slabs, "the slabs do not add up");
        }
        finally
        {
            _lock.Exit();
        }
    }

    private static void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private int SlabOf(uint reference) => (int)(((long)reference << _unitShift) >> _pool.SlabShift);

    private int FreeSlotsOf(int slab)
    {
        ref var info = ref _pool.Slabs[slab];
        return _classes[info.Class].SlotsPerSlab - info.Live;
    }

    private bool HasFree(int slab)
    {
        ref var info = ref _pool.Slabs[slab];
        return info.Free != 0 || info.Carved < _classes[info.Class].SlotsPerSlab;
    }

    private bool TryAllocateLocked(int slotClass, out uint reference)
    {
        reference = 0;
        ref var state = ref _classes[slotClass];
        if (state.WithFree == 0)
        {
            if (!_pool.TryTake(reserved: slotClass >= _blockClass, out var taken))
            {
                return false;
            }

            _pool.Slabs[taken] = new SlabInfo { Class = (short)slotClass };
            _slabs++;
            state.Slabs++;
            AddFreeSlots(slotClass, state.SlotsPerSlab);
            List(taken);
        }

        var slab = state.WithFree;
        ref var info = ref _pool.Slabs[slab];
        if (info.Free != 0)
        {
            reference = info.Free;
            info.Free = *(uint*)Pointer(reference);
        }
        else
        {
            reference = SlotAt(slab, info.Carved++);
        }

        info.Live++;
        AddFreeSlots(slotClass, -1);
        _usedBytes += state.SlotBytes;
        if (info.Free == 0 && info.Carved == state.SlotsPerSlab)
        {
            Unlist(slab);
        }

        return true;
    }

    private void FreeLocked(uint reference)
    {
        var slab = SlabOf(reference);
        ref var info = ref _pool.Slabs[slab];
        ref var state = ref _classes[info.Class];
        var slot = Pointer(reference);
        if (info.Class < _blockClass)
        {
            new EntryPointer(slot).MarkFree();
        }

        *(uint*)slot = info.Free;
        info.Free = reference;
        info.Live--;
        _usedBytes -= state.SlotBytes;
        if (info.Leaving)
        {
            return;
        }

        AddFreeSlots(info.Class, 1);
        if (info.Live == 0)
        {
            ReturnLocked(slab);
        }
        else if (!info.Listed)
        {
            List(slab);
        }
    }

    private void ReturnLocked(int slab)
    {
        ref var info = ref _pool.Slabs[slab];
        ref var state = ref _classes[info.Class];
        if (info.Listed)
        {
            Unlist(slab);
        }

        state.Slabs--;
        AddFreeSlots(info.Class, -state.SlotsPerSlab);
        _slabs--;
        info = default;
        _pool.Return(slab);
    }

    private void AddFreeSlots(int slotClass, int count)
    {
        ref var state = ref _classes[slotClass];
        var wasLoose = state.FreeSlots >= state.SlotsPerSlab;
        state.FreeSlots += count;
        var isLoose = state.FreeSlots >= state.SlotsPerSlab;
        if (wasLoose != isLoose && slotClass < _blockClass)
        {
            _looseClasses += isLoose ? 1 : -1;
        }
    }

    private void List(int slab)
    {
        ref var info = ref _pool.Slabs[slab];
        ref var state = ref _classes[info.Class];
        info.Listed = true;
        info.Previous = 0;
        info.Next = state.WithFree;
        if (state.WithFree != 0)
        {
            _pool.Slabs[state.WithFree].Previous = slab;
        }

        state.WithFree = slab;
    }

    private void Unlist(int slab)
    {
        ref var info = ref _pool.Slabs[slab];
        ref var state = ref _classes[info.Class];
        info.Listed = false;
        if (info.Next != 0)
        {
            _pool.Slabs[info.Next].Previous = info.Previous;
        }

        if (info.Previous != 0)
        {
            _pool.Slabs[info.Previous].Next = info.Next;
        }
        else
        {
            state.WithFree = info.Next;
        }
    }

    private struct ClassState
    {
        public int SlotBytes;
        public int SlotsPerSlab;
        public int Slabs;
        public int FreeSlots;

        /// <summary>The first slab with free slots; 0: none.</summary>
        public int WithFree;
    }
}
