using System.Runtime.Intrinsics.X86;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Eviction;

/// <summary>
/// Remembers the hashes of the entries evicted last: 4 bytes each, 16 bits of hash and 16 of time, in buckets of 16.
/// </summary>
/// <remarks>
/// 1. A hash is remembered for as long as fewer than <c>capacity</c> others came after it, give or take one in 8,192. 2. A full bucket
/// forgets its oldest. 3. A stranger is taken for remembered once in some 4,000 times. 4. Memory comes block by block, at the first hash that falls
/// there; where it is refused nothing is remembered. Under the lock of the eviction policy.
/// </remarks>
internal sealed unsafe class GhostTable(CacheArena arena)
{
    private const int SlotsPerBucket = 16;
    private const int BucketBytes = SlotsPerBucket * sizeof(uint);
    private const int BucketsPerBlock = 4096 / BucketBytes;
    private const int TimesPerCapacity = 1 << 13;

    /// <summary>Room for the oldest to be forgotten by age rather than by a bucket that is full by chance.</summary>
    private const double Spare = 1.15;

    private readonly int _blockClass = arena.BlockClassOf(4096);
    private uint[] _blocks = [];
    private long _capacity;
    private long _buckets;
    private long _added;
    private int _timeShift;

    /// <summary>How many hashes are remembered.</summary>
    public long Capacity => _capacity;

    /// <summary>What the table holds on the managed heap.</summary>
    public long ManagedBytes => _blocks.Length * (long)sizeof(uint);

    /// <summary>Sets how many hashes are remembered, and forgets all of them.</summary>
    public void Resize(long capacity)
    {
        foreach (var block in _blocks)
        {
            if (block != 0)
            {
                arena.Free(block);
            }
        }

        _capacity = capacity;
        _buckets = (long)(capacity * Spare / SlotsPerBucket) + 1;
        _blocks = new uint[(_buckets + BucketsPerBlock - 1) / BucketsPerBlock];
        _added = 0;
        _timeShift = 0;
        while ((capacity >> _timeShift) > TimesPerCapacity)
        {
            _timeShift++;
        }
    }

    /// <summary>Asks the processor for the bucket of a hash. From any thread, without the lock.</summary>
    public void Prefetch(ulong hash)
    {
        // Table and count may belong to different moments.
        var blocks = Volatile.Read(ref _blocks);
        var bucket = (long)Math.BigMul(hash, (ulong)_buckets, out _);
        if (bucket / BucketsPerBlock < blocks.Length && Sse.IsSupported)
        {
            Sse.Prefetch0(arena.Pointer(blocks[bucket / BucketsPerBlock]) + (bucket % BucketsPerBlock * BucketBytes));
        }
    }

    /// <summary>Remembers a hash.</summary>
    public void Add(ulong hash)
    {
        var bucket = BucketOf(hash, allocate: true);
        if (bucket == null)
        {
            return;
        }

        _added++;
        var now = Now;
        var chosen = 0;
        var oldest = -1;
        for (var slot = 0; slot < SlotsPerBucket; slot++)
        {
            var age = bucket[slot] == 0 ? int.MaxValue : AgeOf(bucket[slot], now);
            if (age > oldest)
            {
                oldest = age;
                chosen = slot;
            }
        }

        bucket[chosen] = (TagOf(hash) << 16) | now;
    }

    /// <summary>Whether a hash is remembered; it is forgotten then.</summary>
    public bool Remove(ulong hash)
    {
        var bucket = BucketOf(hash, allocate: false);
        if (bucket == null)
        {
            return false;
        }

        var tag = TagOf(hash);
        var now = Now;
        for (var slot = 0; slot < SlotsPerBucket; slot++)
        {
            if (bucket[slot] != 0 && bucket[slot] >> 16 == tag && (long)AgeOf(bucket[slot], now) << _timeShift <= _capacity)
            {
                bucket[slot] = 0;
                return true;
            }
        }

        return false;
    }

    private ushort Now => (ushort)((_added >> _timeShift) % ushort.MaxValue);

    /// <summary>16 bits that the bucket does not follow from; never 0 together with time 0, because the lowest bit is set.</summary>
    private static uint TagOf(ulong hash) => (uint)(hash & 0xFFFF) | 1;

    private static int AgeOf(uint slot, int now)
    {
        var age = now - (int)(slot & 0xFFFF);
        return age < 0 ? age + ushort.MaxValue : age;
    }

    private uint* BucketOf(ulong hash, bool allocate)
    {
        if (_buckets == 0)
        {
            return null;
        }

        var bucket = (long)Math.BigMul(hash, (ulong)_buckets, out _);
        ref var block = ref _blocks[bucket / BucketsPerBlock];
        if (block == 0)
        {
            if (!allocate || !arena.TryAllocate(_blockClass, out block))
            {
                return null;
            }

            new Span<byte>(arena.Pointer(block), 4096).Clear();
        }

        return (uint*)(arena.Pointer(block) + (bucket % BucketsPerBlock * BucketBytes));
    }
}
