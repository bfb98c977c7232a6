using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Expiration;

/// <summary>
/// Says when a bucket of an index should be looked at because something in it may have expired: a hierarchical timing wheel (Varghese and
/// Lauck, 1987) of buckets rather than entries.
/// </summary>
/// <remarks>
/// 1. Time runs in ticks of <see cref="TickMilliseconds"/>. Level n has 32 slots of 32ⁿ ticks, seven levels reach over 60 years. 2. A record
/// says: look at this bucket when this slot begins. The bucket keeps the number of the slot (its timer byte), and has at most one record
/// that counts: those that it does not name are dropped when their slot begins. 3. Who looks takes out what has expired and schedules the
/// bucket again for the earliest expiry left. So an entry costs nothing, a bucket a record of 8 bytes. 4. Records that no longer
/// count are weeded out when they outnumber the buckets, slot by slot, by sorting. Safe for any number of threads: one lock, a leaf.
/// </remarks>
internal sealed unsafe class TimingWheel(CacheArena arena)
{
    public const int TickShift = 6;
    public const int TickMilliseconds = 1 << TickShift;

    private const int SlotBits = 5;
    private const int SlotsPerLevel = 1 << SlotBits;
    private const int Levels = 7;
    private const int RecordsPerBlock = 31;

    private readonly uint[] _slots = new uint[Levels * SlotsPerLevel];
    private readonly int _blockClass = arena.BlockClassOf(sizeof(Block));
    private ShortLock _lock;
    private long _tick;
    private long _records;

    /// <summary>Looks at a bucket for which a record fell due.</summary>
    /// <param name="record">As it was scheduled.</param>
    /// <param name="timer">The number of the slot in which the record stood.</param>
    public delegate void Due(ulong record, byte timer);

    /// <summary>Records scheduled, those that no longer count included.</summary>
    public long Records => Volatile.Read(ref _records);

    /// <summary>
    /// Makes sure that a bucket is looked at when the given time is over.
    /// </summary>
    /// <param name="timer">The bucket's timer byte; 0: none.</param>
    /// <param name="expiry">Milliseconds of the shard clock.</param>
    /// <param name="record">What the wheel hands back.</param>
    /// <returns>The bucket's new timer byte: the old one if that slot begins soon enough, or when there is no memory for a record.</returns>
    public byte Schedule(byte timer, long expiry, ulong record)
    {
        // Without the lock first: time may pass meanwhile, but then the slot is handed out now, and whoever gets the bucket's record waits for
        // the shard's lock, which the caller holds.
        if (IsSoonEnough(timer, expiry, Volatile.Read(ref _tick), out _))
        {
            return timer;
        }

        _lock.Enter();
        try
        {
            return IsSoonEnough(timer, expiry, _tick, out var wanted) || !TryAdd(wanted, record) ? timer : wanted;
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>
    /// Lets time pass: hands out the records of every slot that has begun. The slot of the current tick is handed out too, so that whatever
    /// has expired by now is met. One thread at a time.
    /// </summary>
    public void Advance(long now, Due due)
    {
        long before;
        var tick = now >> TickShift;
        _lock.Enter();
        before = _tick;
        _tick = Math.Max(before, tick);
        _lock.Exit();
        if (tick < before)
        {
            return;
        }

        for (var level = Levels - 1; level >= 0; level--)
        {
            var from = before >> (level * SlotBits);
            var to = tick >> (level * SlotBits);
            var first = level == 0 ? from : from + 1;
            for (var at = Math.Max(first, to - SlotsPerLevel + 1); at <= to; at++)
            {
                Fire((level << SlotBits) | (int)(at & (SlotsPerLevel - 1)), due);
            }
        }
    }

    /// <summary>Removes duplicate records when there are many more than buckets.</summary>
    public void Weed(long buckets)
    {
        if (Records <= (4 * buckets) + 1024)
        {
            return;
        }

        var records = new List<ulong>();
        for (var slot = 0; slot < _slots.Length; slot++)
        {
            records.Clear();
            Drain(Detach(slot), records);
            records.Sort();
            var previous = ulong.MaxValue;
            foreach (var record in records)
            {
                if (record != previous)
                {
                    _lock.Enter();
                    TryAdd((byte)(slot + 1), record);
                    _lock.Exit();
                }

                previous = record;
            }
        }
    }

    /// <summary>Forgets all records and gives their memory back.</summary>
    public void Clear()
    {
        for (var slot = 0; slot < _slots.Length; slot++)
        {
            Drain(Detach(slot), into: null);
        }
    }

    private static bool IsSoonEnough(byte timer, long expiry, long current, out byte wanted)
    {
        wanted = SlotFor(Math.Max(expiry >> TickShift, current), current);
        return timer != 0 && BeginOf(timer, current) <= BeginOf(wanted, current);
    }

    private void Fire(int slot, Due due)
    {
        var block = Detach(slot);
        while (block != 0)
        {
            var at = (Block*)arena.Pointer(block);
            for (var index = 0; index < at->Count; index++)
            {
                due(at->Records[index], (byte)(slot + 1));
            }

            block = FreeBlock(block);
        }
    }

    private void Drain(uint block, List<ulong>? into)
    {
        while (block != 0)
        {
            var at = (Block*)arena.Pointer(block);
            for (var index = 0; index < at->Count; index++)
            {
                into?.Add(at->Records[index]);
            }

            block = FreeBlock(block);
        }
    }

    private uint FreeBlock(uint block)
    {
        var at = (Block*)arena.Pointer(block);
        var next = at->Next;
        Interlocked.Add(ref _records, -at->Count);
        arena.Free(block);
        return next;
    }

    private uint Detach(int slot)
    {
        _lock.Enter();
        var block = _slots[slot];
        _slots[slot] = 0;
        _lock.Exit();
        return block;
    }

    /// <summary>The number of the slot for a tick: on the lowest level that reaches so far, plus one.</summary>
    private static byte SlotFor(long tick, long current)
    {
        var level = 0;
        while ((tick >> (level * SlotBits)) - (current >> (level * SlotBits)) >= SlotsPerLevel && level < Levels - 1)
        {
            level++;
        }

        return (byte)(1 + ((level << SlotBits) | (int)((tick >> (level * SlotBits)) & (SlotsPerLevel - 1))));
    }

    /// <summary>The tick at which a slot begins next; for the current slot of a level, the tick at which it began.</summary>
    private static long BeginOf(byte timer, long current)
    {
        var level = (timer - 1) >> SlotBits;
        var now = current >> (level * SlotBits);
        var ahead = ((timer - 1) - now) & (SlotsPerLevel - 1);
        return (now + ahead) << (level * SlotBits);
    }

    private bool TryAdd(byte timer, ulong record)
    {
        ref var head = ref _slots[timer - 1];
        if (head == 0 || ((Block*)arena.Pointer(head))->Count == RecordsPerBlock)
        {
            if (!arena.TryAllocate(_blockClass, out var block))
            {
                return false;
            }

            var added = (Block*)arena.Pointer(block);
            added->Next = head;
            added->Count = 0;
            head = block;
        }

        var at = (Block*)arena.Pointer(head);
        at->Records[at->Count++] = record;
        Interlocked.Increment(ref _records);
        return true;
    }

    private struct Block
    {
        public uint Next;
        public int Count;
        public fixed ulong Records[RecordsPerBlock];
    }
}
