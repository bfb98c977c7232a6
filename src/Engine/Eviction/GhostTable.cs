using System.Numerics;
using System.Runtime.Intrinsics;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Eviction;

/// <summary>
/// Remembers the hashes of the entries evicted last: 4 bytes each, 16 bits of hash and 16 of time, in buckets of 16, two of them in a row.
/// </summary>
/// <remarks>
/// 1. A hash is remembered for as long as fewer than <c>capacity</c> others came after it, give or take one in 8,192. 2. It is put in its bucket,
/// over the oldest; when none there is too old to count, over the oldest of the row, whose other bucket is the next line of memory. 3. A
/// stranger is taken for remembered once in some 2,000 times. 4. Time runs in parts of the capacity, 8,192 to each, so the capacity may
/// change at any time. 5. When it no longer fits the rows, further hashes go to new rows, and the old ones are read until all in them are too
/// old, then freed a few with each hash. 6. Where memory is refused nothing is remembered. Under the lock of the eviction policy.
/// </remarks>
internal sealed unsafe class GhostTable(CacheArena arena)
{
    /// <summary>Blocks of memory that one hash gives back at most.</summary>
    public const int FreedPerAdd = 2;

    private const int SlotsPerBucket = 16;
    private const int SlotsPerRow = 2 * SlotsPerBucket;
    private const int Ages = 1 << 13;
    private const int ClockShift = 32;
    private const int BucketBit = 16;

    /// <summary>Room for the oldest to be forgotten by age rather than by a row that is full by chance.</summary>
    private const double Spare = 1.15;
    private const int SpareRows = 2;

    /// <summary>How many times too few rows there may be, and the square of how many times too many.</summary>
    private const double Growth = 1.25;

    private RowBlocks _rows = new(arena, SlotsPerRow * sizeof(uint));
    private RowBlocks _old = new(arena, SlotsPerRow * sizeof(uint));
    private ulong _clock;
    private ulong _renewed;

    /// <summary>How many rows there are, old ones aside.</summary>
    public long Rows => _rows.Count;

    /// <summary>What the table holds on the managed heap.</summary>
    public long ManagedBytes => _rows.ManagedBytes + _old.ManagedBytes;

    private ushort Now => (ushort)(_clock >> ClockShift);

    /// <summary>Remembers a hash, and from now on as many as <paramref name="capacity"/>, at least one.</summary>
    public void Add(ulong hash, long capacity)
    {
        _clock += ((ulong)Ages << ClockShift) / (ulong)capacity;
        Fit((long)(capacity * Spare / SlotsPerRow) + SpareRows);
        var row = (uint*)_rows.FindOrCreate(RowOf(hash, _rows));
        if (row == null)
        {
            return;
        }

        var slot = OldestOf(row + ((hash >> BucketBit & 1) * SlotsPerBucket), SlotsPerBucket);
        if (IsRemembered(*slot))
        {
            slot = OldestOf(row, SlotsPerRow);
        }

        *slot = (TagOf(hash) << 16) | Now;
    }

    /// <summary>Asks the processor for the row of a hash. From any thread, without the lock.</summary>
    public void Prefetch(ulong hash) => _rows.Prefetch(RowOf(hash, _rows));

    /// <summary>Whether a hash is remembered; it is forgotten then.</summary>
    public bool Remove(ulong hash) => Remove(hash, _rows) || Remove(hash, _old);

    /// <summary>Forgets everything and gives the memory back.</summary>
    public void Clear()
    {
        _rows.Clear();
        _old.Clear();
    }

    /// <summary>16 bits that the row does not follow from; never 0, which stands for an empty slot.</summary>
    private static uint TagOf(ulong hash) => (uint)(hash & 0xFFFF) | 1;

    private static long RowOf(ulong hash, RowBlocks rows) => (long)Math.BigMul(hash, (ulong)rows.Count, out _);

    private bool Remove(ulong hash, RowBlocks rows)
    {
        var row = rows.Count == 0 ? null : (uint*)rows.Find(RowOf(hash, rows));
        if (row == null)
        {
            return false;
        }

        var tags = Vector256.Create(TagOf(hash));
        for (var slots = row; slots < row + SlotsPerRow; slots += Vector256<uint>.Count)
        {
            var same = Vector256.Equals(Vector256.Load(slots) >>> 16, tags).ExtractMostSignificantBits();
            for (; same != 0; same &= same - 1)
            {
                var slot = slots + BitOperations.TrailingZeroCount(same);
                if (IsRemembered(*slot))
                {
                    *slot = 0;
                    return true;
                }
            }
        }

        return false;
    }

    private bool IsRemembered(uint slot) => slot != 0 && AgeOf(slot) <= Ages;

    private int AgeOf(uint slot) => (ushort)(Now - slot);

    /// <summary>An empty slot, else the one written longest ago; the first of those that are alike.</summary>
    private uint* OldestOf(uint* slots, int count)
    {
        // Age and index in one number, so that the oldest is the largest of eight at a time.
        var now = Vector256.Create((uint)Now);
        var order = Vector256.Create(0xFFu, 0xFE, 0xFD, 0xFC, 0xFB, 0xFA, 0xF9, 0xF8);
        var oldest = Vector256<uint>.Zero;
        for (var offset = 0; offset < count; offset += Vector256<uint>.Count)
        {
            var eight = Vector256.Load(slots + offset);
            var age = (now - eight) & Vector256.Create(0xFFFFu);
            age = Vector256.ConditionalSelect(Vector256.IsZero(eight), Vector256.Create(0x1_0000u), age);
            oldest = Vector256.Max(oldest, (age << 8) | order);
            order -= Vector256.Create((uint)Vector256<uint>.Count);
        }

        var four = Vector128.Max(oldest.GetLower(), oldest.GetUpper());
        var best = Math.Max(Math.Max(four[0], four[1]), Math.Max(four[2], four[3]));
        return slots + (0xFF - (best & 0xFF));
    }

    private void Fit(long wanted)
    {
        if (_old.Count > 0)
        {
            if (_clock - _renewed > (ulong)Ages << ClockShift)
            {
                _old.Free(FreedPerAdd);
            }
        }
        else if (Rows == 0)
        {
            _rows.Start(wanted);
        }
        else if (wanted > Rows * Growth || wanted * Growth * Growth < Rows)
        {
            (_rows, _old) = (_old, _rows);
            _rows.Start(wanted);
            _renewed = _clock;
        }
    }
}
