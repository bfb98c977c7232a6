using System.Numerics;

namespace Orleans.Cache.Engine.Memory;

/// <summary>
/// The memory of a silo: one reserved range, cut into slabs that caches take and give back, and mappings of their own for large values.
/// </summary>
/// <remarks>
/// Invariants: slabs in use, large values and what the engine keeps on the managed heap never exceed the budget together; nor does what is
/// resident but for pages touched ahead, because free slabs and mappings go back to the system before a large value takes their place. Slab 0 is never handed out, so reference 0
/// means none. A reference is an offset into the range in units of 8 bytes (more when the budget exceeds 32 GiB). Where pages are huge, the
/// thread pool touches them before a slab of theirs is handed out: the system fills 2 MiB with zeros at the first touch, and a virtual
/// machine may have to ask its host for them, which was seen to take 4 ms. Safe for any number of threads: one lock, taken once per
/// slab or large value.
/// </remarks>
internal sealed unsafe class SlabPool : IThreadPoolWorkItem, IDisposable
{
    /// <summary>Slabs are small enough that emptying one takes well under a millisecond.</summary>
    private const int LargestSlab = 256 * 1024;
    private const int SmallestSlab = 16 * 1024;
    private const int SlabsPerBudget = 256;
    private const int HugePageBytes = 2 * 1024 * 1024;
    private const int TouchAhead = 2 * HugePageBytes;
    private const long HugePagesFrom = 64L * 1024 * 1024;
    private const int SmallestUnitShift = 3;

    /// <summary>Slabs that only structures may take, so that a full silo can still remember what expires when.</summary>
    private const int ReservedSlabs = 2;

    /// <summary>Who looks at a slot that is not its own may take anything for the length of a key, and must not fall off the end.</summary>
    private const int ReadableBeyond = 128 * 1024;

    /// <summary>What stands before a large value: how many hold it. A line of its own, so that values begin on one.</summary>
    private const int LargeHeader = 64;

    /// <summary>
    /// Freed large values stay mapped up to a part of the budget, for the next of the same size: to map, touch and unmap pages costs many times
    /// what it costs to fill them.
    /// </summary>
    private const int FreedPerBudget = 32;
    private const long MostFreed = 64L * 1024 * 1024;

    /// <summary>What is given back to the system in the course of a batch: some dozens of microseconds.</summary>
    private const long MostUnmappedAtOnce = 512 * 1024;

    private readonly Lock _lock = new();
    private readonly nint _mapping;
    private readonly nint _mappingBytes;
    private readonly Stack<int> _warm = new();
    private readonly Stack<int> _cold = new();
    private readonly List<LargeMapping> _freed = [];
    private readonly long _mostFreed;
    private readonly Func<bool>? _refuses;
    private readonly bool _huge;
    private int _fresh = 1;
    private int _used;
    private long _touched;
    private int _touching;
    private long _budget;
    private long _ceiling;
    private long _largeBytes;
    private long _managedBytes;
    private long _room;
    private long _freedBytes;

    /// <summary>Reserves the range.</summary>
    /// <param name="budgetBytes">The most that may be used, now and later.</param>
    /// <param name="refuses">Asked before each slab and large value is given, so that tests can let the system run out of memory.</param>
    /// <exception cref="InsufficientMemoryException">The system does not even reserve the range.</exception>
    public SlabPool(long budgetBytes, Func<bool>? refuses = null)
    {
        _refuses = refuses;
        _budget = budgetBytes;
        _ceiling = budgetBytes;
        _mostFreed = Math.Min(MostFreed, budgetBytes / FreedPerBudget);
        SlabBytes = (int)Math.Clamp((long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, budgetBytes / SlabsPerBudget)), SmallestSlab, LargestSlab);
        SlabShift = BitOperations.Log2((uint)SlabBytes);
        var slabs = checked((int)(budgetBytes / SlabBytes)) + 2;
        UnitShift = Math.Max(SmallestUnitShift, BitOperations.Log2((ulong)slabs << SlabShift) + 1 - 32);
        Slabs = new SlabInfo[slabs];
        _mappingBytes = checked((nint)(((long)slabs << SlabShift) + HugePageBytes + ReadableBeyond));
        _mapping = VirtualMemory.Map(_mappingBytes);
        if (_mapping == 0)
        {
            throw new InsufficientMemoryException($"the system reserves no {_mappingBytes:N0} bytes of address space for the memory budget");
        }

        Base = (byte*)((_mapping + HugePageBytes - 1) & ~(nint)(HugePageBytes - 1));
        CountRoomLocked();
        if (budgetBytes >= HugePagesFrom)
        {
            _huge = VirtualMemory.PreferHugePages((nint)Base, (nint)slabs << SlabShift);
            TouchPagesAhead();
        }
    }

    /// <summary>Where references count from.</summary>
    public byte* Base { get; }

    /// <summary>A reference counts units of two to this power bytes.</summary>
    public int UnitShift { get; }

    public int SlabBytes { get; }

    public int SlabShift { get; }

    public SlabInfo[] Slabs { get; }

    /// <summary>The most that may be used.</summary>
    public long BudgetBytes => Volatile.Read(ref _budget);

    /// <summary>Slabs in use, large values and managed structures, in bytes.</summary>
    public long UsedBytes
    {
        get
        {
            lock (_lock)
            {
                return UsedLocked;
            }
        }
    }

    /// <summary>What the engine holds on the managed heap.</summary>
    public long ManagedBytes => Volatile.Read(ref _managedBytes);

    /// <summary>
    /// What the engine keeps resident: <see cref="UsedBytes"/>, the free slabs and large values that were not given back to the system yet, and
    /// what was touched ahead.
    /// </summary>
    public long ResidentBytes
    {
        get
        {
            lock (_lock)
            {
                return UsedLocked + ((long)_warm.Count << SlabShift) + _freedBytes + Math.Max(0, Volatile.Read(ref _touched) - FreshBytes);
            }
        }
    }

    /// <summary>Whether the budget was lowered and what counts has not come down to it yet.</summary>
    public bool IsLowering => Volatile.Read(ref _ceiling) > BudgetBytes;

    /// <summary>Whether more is used than counts at present.</summary>
    public bool IsOver => UsedBytes > Volatile.Read(ref _ceiling);

    private long ReservedBytes => (long)ReservedSlabs << SlabShift;

    private long FreshBytes => (long)Volatile.Read(ref _fresh) << SlabShift;

    private long UsedLocked => ((long)_used << SlabShift) + _largeBytes + _managedBytes;

    /// <summary>
    /// Raises the budget up to what it was at first, or lowers it. Lowered, it counts only step by step: what counts is first what is used, and
    /// follows that down with each <see cref="Lower"/>, so that nobody has to evict everything at once.
    /// </summary>
    public void SetBudget(long bytes)
    {
        lock (_lock)
        {
            _budget = Math.Min(bytes, (long)(Slabs.Length - 2) << SlabShift);
            _ceiling = Math.Max(_budget, Math.Min(_ceiling, UsedLocked + ReservedBytes));
            CountRoomLocked();
        }
    }

    /// <summary>Lets what counts follow what is used down, towards a lowered budget.</summary>
    public void Lower()
    {
        if (IsLowering)
        {
            lock (_lock)
            {
                _ceiling = Math.Max(_budget, Math.Min(_ceiling, UsedLocked + ReservedBytes));
                CountRoomLocked();
            }
        }
    }

    /// <summary>Whether structures took of what is reserved for them: entries have to give it back.</summary>
    public bool IsReserveLow => !HasRoom(0);

    /// <summary>Whether there is room for so many bytes of entries now.</summary>
    public bool HasRoom(long bytes) => bytes <= Volatile.Read(ref _room);

    /// <summary>Takes a slab. Its bytes are whatever they were.</summary>
    /// <param name="reserved">Whether it may be one of those reserved for structures.</param>
    /// <param name="slab">The slab's number.</param>
    public bool TryTake(bool reserved, out int slab)
    {
        lock (_lock)
        {
            slab = 0;
            if (UsedLocked + SlabBytes + (reserved ? 0 : ReservedBytes) > _ceiling || _refuses?.Invoke() == true)
            {
                return false;
            }

            if (!_warm.TryPop(out slab) && !_cold.TryPop(out slab))
            {
                if (_fresh == Slabs.Length)
                {
                    return false;
                }

                slab = _fresh++;
                TouchPagesAhead();
            }

            _used++;
            CountRoomLocked();
            return true;
        }
    }

    /// <summary>Gives a slab back.</summary>
    public void Return(int slab)
    {
        lock (_lock)
        {
            _used--;
            _warm.Push(slab);
            CountRoomLocked();
        }
    }

    /// <summary>Maps memory for a large value, held once. Calls the system, which takes its time: not under a shard's lock.</summary>
    /// <returns>The value's address, or 0 when budget or system refuse.</returns>
    public nint TryMapLarge(int bytes)
    {
        var mapped = LargeBytes(bytes);
        nint address;
        long over;
        lock (_lock)
        {
            if (UsedLocked + mapped + ReservedBytes > _ceiling || _refuses?.Invoke() == true)
            {
                return 0;
            }

            _largeBytes += mapped;
            CountRoomLocked();
            address = TakeFreedLocked((nint)mapped);
            over = UsedLocked + ((long)_warm.Count << SlabShift) + _freedBytes - _ceiling;
        }

        // The system is called without the lock: others would wait for it.
        if (over > 0)
        {
            UnmapFreed();
            Release((over + SlabBytes - 1) >> SlabShift);
        }

        if (address == 0)
        {
            address = VirtualMemory.Map((nint)mapped);
            if (address == 0)
            {
                CountLarge(-mapped);
                return 0;
            }

            if (mapped >= HugePageBytes)
            {
                VirtualMemory.PreferHugePages(address, (nint)mapped);
            }
        }

        *(int*)address = 1;
        return address + LargeHeader;
    }

    /// <summary>Keeps a large value where it is until <see cref="ReleaseLarge"/>. Only by who knows that somebody holds it.</summary>
    public static void HoldLarge(nint value) => Interlocked.Increment(ref HoldersOf(value));

    /// <summary>
    /// Lets go of a large value. When nobody holds it any more its memory is free at once, and given back to the system
    /// later: this may be called under any lock.
    /// </summary>
    /// <returns>Whether its memory is free now.</returns>
    public bool ReleaseLarge(nint value, int bytes)
    {
        if (Interlocked.Decrement(ref HoldersOf(value)) > 0)
        {
            return false;
        }

        var mapped = LargeBytes(bytes);
        lock (_lock)
        {
            _freed.Add(new LargeMapping(value - LargeHeader, (nint)mapped));
            _freedBytes += mapped;
            _largeBytes -= mapped;
            CountRoomLocked();
        }

        return true;
    }

    /// <summary>Has memory of freed large values given back to the system, if there is more than is kept. Not under a shard's lock.</summary>
    /// <remarks>Megabytes take the system a millisecond, which is the thread pool's and not that of the caller, who may have others behind him.</remarks>
    public void UnmapSurplus()
    {
        if (Volatile.Read(ref _freedBytes) == 0)
        {
            return;
        }

        long keep, surplus;
        lock (_lock)
        {
            keep = Math.Clamp(_ceiling - UsedLocked - ((long)_warm.Count << SlabShift), 0, _mostFreed);
            surplus = _freedBytes - keep;
        }

        if (surplus > MostUnmappedAtOnce)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static work => work.Pool.UnmapFreed(work.Keep), (Pool: this, Keep: keep), preferLocal: false);
        }
        else if (surplus > 0)
        {
            UnmapFreed(keep);
        }
    }

    /// <summary>Gives the memory of freed large values back to the system. Not under a shard's lock.</summary>
    /// <param name="keep">How many bytes may stay mapped.</param>
    public void UnmapFreed(long keep = 0)
    {
        while (Volatile.Read(ref _freedBytes) > keep)
        {
            LargeMapping mapping;
            lock (_lock)
            {
                if (_freed.Count == 0)
                {
                    return;
                }

                mapping = _freed[0];
                _freed.RemoveAt(0);
                _freedBytes -= mapping.Bytes;
            }

            VirtualMemory.Unmap(mapping.Address, mapping.Bytes);
        }
    }

    /// <summary>What a large value takes: whole pages.</summary>
    public static long LargeBytes(int bytes) =>
        ((long)bytes + LargeHeader + VirtualMemory.PageBytes - 1) / VirtualMemory.PageBytes * VirtualMemory.PageBytes;

    /// <summary>Counts bytes that the engine holds on the managed heap.</summary>
    public void CountManaged(long bytes)
    {
        lock (_lock)
        {
            _managedBytes += bytes;
            CountRoomLocked();
        }
    }

    /// <summary>Gives the memory of free slabs back to the system.</summary>
    /// <param name="keep">How many may stay resident, for the next who asks.</param>
    public void Trim(int keep = 0)
    {
        int free;
        lock (_lock)
        {
            free = _warm.Count;
        }

        Release(free - keep);
        if (keep == 0)
        {
            ReleaseTouched();
        }
    }

    /// <summary>Unmaps the range, when nobody can use it any more.</summary>
    ~SlabPool()
    {
        UnmapFreed();
        if (_mapping != 0)
        {
            VirtualMemory.Unmap(_mapping, _mappingBytes);
        }
    }

    /// <summary>
    /// Gives the memory back. The range stays mapped, and reads as zero: an application that stops may still have a thread in an operation,
    /// which must end in an answer and not in the death of the process.
    /// </summary>
#pragma warning disable CA1816 // The finalizer has the rest to do.
    public void Dispose() => VirtualMemory.Release((nint)Base, (nint)Slabs.Length << SlabShift);
#pragma warning restore CA1816

    /// <summary>Touches huge pages. Called by the thread pool; takes no lock, so that no write waits for it.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            var touched = Volatile.Read(ref _touched);
            var fresh = FreshBytes;
            if (touched >= Math.Min(fresh + TouchAhead, (long)Slabs.Length << SlabShift))
            {
                Volatile.Write(ref _touching, 0);
                return;
            }

            // Writes may have come further by themselves.
            var page = Math.Max(touched, fresh & -HugePageBytes);
            if (Interlocked.CompareExchange(ref _touched, page + HugePageBytes, touched) == touched)
            {
                // Written, because a read gets no page of its own, and atomically, because the slab may be in use by now.
                Interlocked.Or(ref *(int*)(Base + page), 0);
            }
        }
    }

    private void ReleaseTouched()
    {
        // With the lock, for once: no slab there may be handed out before its memory is gone.
        lock (_lock)
        {
            var to = Volatile.Read(ref _touched);
            var from = Math.Min((FreshBytes + HugePageBytes - 1) & -HugePageBytes, to);
            if (from < to && Interlocked.CompareExchange(ref _touched, from, to) == to)
            {
                VirtualMemory.Release((nint)(Base + from), (nint)(to - from));
            }
        }
    }

    private void TouchPagesAhead()
    {
        if (_huge && Volatile.Read(ref _touched) < FreshBytes + HugePageBytes && Interlocked.Exchange(ref _touching, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private nint TakeFreedLocked(nint bytes)
    {
        for (var index = _freed.Count - 1; index >= 0; index--)
        {
            if (_freed[index].Bytes == bytes)
            {
                var address = _freed[index].Address;
                _freed.RemoveAt(index);
                _freedBytes -= bytes;
                return address;
            }
        }

        return 0;
    }

    private static ref int HoldersOf(nint value) => ref *(int*)(value - LargeHeader);

    private void CountRoomLocked() => Volatile.Write(ref _room, _ceiling - UsedLocked - ReservedBytes);

    private void CountLarge(long bytes)
    {
        lock (_lock)
        {
            _largeBytes += bytes;
            CountRoomLocked();
        }
    }

    private readonly record struct LargeMapping(nint Address, nint Bytes);

    private void Release(long count)
    {
        for (; count > 0; count--)
        {
            int slab;
            lock (_lock)
            {
                if (!_warm.TryPop(out slab))
                {
                    return;
                }
            }

            VirtualMemory.Release((nint)(Base + ((long)slab << SlabShift)), SlabBytes);
            lock (_lock)
            {
                _cold.Push(slab);
            }
        }
    }
}
