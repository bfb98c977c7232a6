using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Index;

/// <summary>
/// From keys to references of entries, for one shard: linear hashing over buckets of one cache line.
/// </summary>
/// <remarks>
/// 1. Bucket of a hash: its low bits, as many as the smallest power of two not below the count of buckets has; when that bucket does not
/// exist yet, one bit less (Litwin, "Linear hashing", VLDB 1980). 2. An insert beyond <see cref="Load"/> entries a bucket splits one
/// bucket, a removal below a third of it joins one: no operation ever does more. 3. Buckets lie in segments of 1, 1, 2, 4 … 32, and then
/// always 64 buckets, so an empty index has no bucket and a small one few. 4. A full bucket chains another in place of its last slot;
/// chains end when they are empty. Under the shard's lock, but for <see cref="PrefetchBucket"/> and <see cref="PrefetchEntry"/>, which read
/// what may change meanwhile and believe none of it. Reads entries to compare keys and, when a bucket splits, to hash them again.
/// </remarks>
internal sealed unsafe class ShardIndex<TTags>(CacheArena arena, KeyHash hash)
    where TTags : struct, ITagMatcher
{
    /// <summary>Entries a bucket that the index grows at. Higher saves memory, and lengthens chains.</summary>
    public const int Load = 9;

    /// <summary>The most buckets in a chain, so that no search takes longer than some dozen microseconds, whatever the keys.</summary>
    public const int LongestChain = 128;

    private const int SmallSegments = 7;
    private const int SegmentShift = 6;
    private const int SegmentBuckets = 1 << SegmentShift;

    private uint[] _segments = [];
    private uint _buckets;
    private uint _drawn;
    private int _count;

    public int Count => _count;

    /// <summary>How many buckets there are, chained ones aside.</summary>
    public uint Buckets => _buckets;

    /// <summary>What the index holds on the managed heap.</summary>
    public int ManagedBytes => _segments.Length * sizeof(uint);

    /// <summary>The number of the bucket of a hash. There must be a bucket.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint BucketOf(ulong keyHash) => BucketOf((uint)keyHash, _buckets);

    /// <summary>The bucket of a number below <see cref="Buckets"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Bucket At(uint bucket) => new(Address(_segments, bucket));

    /// <summary>Asks the processor for the bucket of a hash. From any thread, without the lock.</summary>
    public void PrefetchBucket(ulong keyHash)
    {
        if (TryAddressUnlocked(keyHash, out var bucket) && Sse.IsSupported)
        {
            Sse.Prefetch0(bucket);
        }
    }

    /// <summary>Asks the processor for the entry that a key probably has. From any thread, without the lock.</summary>
    /// <returns>Whether it probably has one.</returns>
    public bool PrefetchEntry(ulong keyHash)
    {
        if (!TryAddressUnlocked(keyHash, out var at))
        {
            return false;
        }

        var bucket = new Bucket(at);
        var matches = bucket.Match<TTags>(KeyHash.TagOf(keyHash));
        if (matches != 0)
        {
            arena.Prefetch(bucket[BitOperations.TrailingZeroCount(matches)]);
            return true;
        }

        if (bucket.Chain is not 0 and var chained && Sse.IsSupported)
        {
            Sse.Prefetch0(arena.Pointer(chained));
        }

        return false;
    }

    /// <summary>Finds the entry of a key.</summary>
    public bool TryFind(ulong keyHash, ReadOnlySpan<byte> key, out uint reference)
    {
        reference = 0;
        if (_buckets == 0)
        {
            return false;
        }

        var tag = KeyHash.TagOf(keyHash);
        var bucket = At(BucketOf(keyHash));
        while (true)
        {
            for (var matches = bucket.Match<TTags>(tag); matches != 0; matches &= matches - 1)
            {
                var candidate = bucket[BitOperations.TrailingZeroCount(matches)];
                if (arena.Entry(candidate).Key.SequenceEqual(key))
                {
                    reference = candidate;
                    return true;
                }
            }

            var chained = bucket.Chain;
            if (chained == 0)
            {
                return false;
            }

            bucket = new Bucket(arena.Pointer(chained));
        }
    }

    /// <summary>Whether the index holds this very reference under a hash. Reads no entry.</summary>
    public bool Contains(ulong keyHash, uint reference) => TryLocate(keyHash, reference, out _, out _, out _);

    /// <summary>Adds an entry whose key has none, and splits a bucket when that is due.</summary>
    /// <returns>
    /// <see langword="false"/> when there is no memory for a bucket, or the chain <see cref="IsCrowded"/>; nothing has changed then.
    /// </returns>
    public bool TryAdd(ulong keyHash, uint reference)
    {
        if ((_buckets == 0 && !TryAddSegment(0)) || !TryAddToChain(At(BucketOf(keyHash)), KeyHash.TagOf(keyHash), reference))
        {
            return false;
        }

        _count++;
        return true;
    }

    /// <summary>Whether the chain of a hash is full and may not grow.</summary>
    /// <remarks><paramref name="surplus"/>: One of its entries; another at each call.</remarks>
    public bool IsCrowded(ulong keyHash, out uint surplus)
    {
        surplus = 0;
        if (_buckets == 0)
        {
            return false;
        }

        var drawn = _drawn++ % LongestChain;
        var length = 0;
        for (var bucket = At(BucketOf(keyHash)); ; bucket = new Bucket(arena.Pointer(bucket.Chain)))
        {
            surplus = length++ == drawn ? bucket[0] : surplus;
            if (!bucket.IsChained)
            {
                return length >= LongestChain && surplus != 0;
            }
        }
    }

    /// <summary>Removes an entry, and gives back a chained bucket that it leaves empty.</summary>
    public bool Remove(ulong keyHash, uint reference)
    {
        if (!TryLocate(keyHash, reference, out var bucket, out var slot, out var before))
        {
            return false;
        }

        bucket.Remove(slot);
        _count--;
        if (before != null && bucket.Occupied<TTags>() == 0 && !bucket.IsChained)
        {
            var previous = new Bucket(before);
            var empty = previous.Chain;
            previous.Chain = 0;
            arena.Free(empty);
        }

        return true;
    }

    /// <summary>Puts a moved entry's new reference in place of the old one.</summary>
    public bool Replace(ulong keyHash, uint from, uint to)
    {
        if (!TryLocate(keyHash, from, out var bucket, out var slot, out _))
        {
            return false;
        }

        bucket.Replace(slot, to);
        return true;
    }

    /// <summary>Splits one bucket if the index is fuller than <see cref="Load"/>.</summary>
    /// <param name="from">The bucket that was split.</param>
    /// <param name="to">The new bucket.</param>
    public bool TryGrow(out uint from, out uint to)
    {
        from = 0;
        to = _buckets;
        if (_count <= (long)_buckets * Load || !TryAddSegment(to))
        {
            return false;
        }

        from = to - BitOperations.RoundUpToPowerOf2(to + 1) / 2;
        var gathered = new BucketContents(stackalloc uint[BucketContents.Usual], stackalloc uint[BucketContents.Usual]);
        Gather(from, ref gathered);
        Scatter(ref gathered);
        gathered.Release(arena);
        return true;
    }

    /// <summary>Joins the last bucket to the one that it was split from if the index is much emptier than <see cref="Load"/>.</summary>
    /// <param name="from">The bucket that is gone.</param>
    /// <param name="to">The bucket that has its entries.</param>
    public bool TryShrink(out uint from, out uint to)
    {
        from = _buckets - 1;
        to = 0;
        if (_buckets <= 1 || (long)_count * 3 > (long)_buckets * Load || !arena.TryAllocate(arena.BlockClassOf(Bucket.Bytes), out var spare))
        {
            return false;
        }

        // Two buckets may need one chained bucket more than they had: the spare one.
        var gathered = new BucketContents(stackalloc uint[BucketContents.Usual], stackalloc uint[BucketContents.Usual]);
        gathered.AddSpare(spare);
        to = from - BitOperations.RoundUpToPowerOf2(from + 1) / 2;
        Gather(to, ref gathered);
        Gather(from, ref gathered);
        _buckets = from;
        Scatter(ref gathered);
        gathered.Release(arena);
        ReleaseSegment(from);
        return true;
    }

    /// <summary>The references of a bucket and its chain, copied.</summary>
    public void CopyReferences(uint bucket, List<uint> references)
    {
        for (var current = At(bucket); ; current = new Bucket(arena.Pointer(current.Chain)))
        {
            for (var occupied = current.Occupied<TTags>(); occupied != 0; occupied &= occupied - 1)
            {
                references.Add(current[BitOperations.TrailingZeroCount(occupied)]);
            }

            if (!current.IsChained)
            {
                return;
            }
        }
    }

    /// <summary>The soonest expiry of the entries in a bucket and its chain; <see cref="EntryLayout.Never"/> when none expires.</summary>
    public long SoonestExpiry(uint bucket)
    {
        var soonest = EntryLayout.Never;
        for (var current = At(bucket); ; current = new Bucket(arena.Pointer(current.Chain)))
        {
            for (var occupied = current.Occupied<TTags>(); occupied != 0; occupied &= occupied - 1)
            {
                soonest = Math.Min(soonest, arena.Entry(current[BitOperations.TrailingZeroCount(occupied)]).Expiry);
            }

            if (!current.IsChained)
            {
                return soonest;
            }
        }
    }

    /// <summary>
    /// The bucket that a cursor points into, and the cursor behind it. Cursors run over the hashes' low 32 bits in reversed order of bits, so
    /// a bucket is a range of them however often buckets split and join: what is there throughout is seen by somebody who goes from 0 until
    /// the cursor is 0 again.
    /// </summary>
    public uint BucketAtCursor(uint cursor, out uint next)
    {
        var bucket = BucketOf(Reverse(cursor), _buckets);

        // The bucket owns all hashes that end in its number's bits: so many bits as tell it from the bucket it was or will be split into.
        var power = BitOperations.RoundUpToPowerOf2(_buckets);
        var isSplit = bucket + (power / 2) < _buckets || bucket >= power / 2;
        var bits = BitOperations.Log2(power) - (isSplit || power == 1 ? 0 : 1);
        next = bits == 0 ? 0 : Reverse(bucket) + (uint)(1UL << (32 - bits));
        return bucket;
    }

    /// <summary>Gives all buckets back. The entries are the caller's to free before.</summary>
    public void Clear()
    {
        for (uint bucket = 0; bucket < _buckets; bucket++)
        {
            for (var chained = At(bucket).Chain; chained != 0;)
            {
                var following = new Bucket(arena.Pointer(chained)).Chain;
                arena.Free(chained);
                chained = following;
            }
        }

        foreach (var segment in _segments)
        {
            if (segment != 0)
            {
                arena.Free(segment);
            }
        }

        _segments = [];
        _buckets = 0;
        _count = 0;
    }

    private static uint Reverse(uint bits)
    {
        bits = ((bits >> 1) & 0x55555555) | ((bits & 0x55555555) << 1);
        bits = ((bits >> 2) & 0x33333333) | ((bits & 0x33333333) << 2);
        bits = ((bits >> 4) & 0x0F0F0F0F) | ((bits & 0x0F0F0F0F) << 4);
        return BitOperations.RotateLeft(((bits >> 8) & 0x00FF00FF) | ((bits & 0x00FF00FF) << 8), 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint BucketOf(uint low, uint buckets)
    {
        // All ones up to the highest bit of the last bucket's number: the smallest power of two not below the count, minus one.
        var mask = uint.MaxValue >> BitOperations.LeadingZeroCount((buckets - 1) | 1);
        mask = buckets == 1 ? 0 : mask;
        var bucket = low & mask;
        return bucket < buckets ? bucket : bucket & (mask >> 1);
    }

    private static int SegmentOf(uint bucket, out uint within)
    {
        if (bucket >= SegmentBuckets)
        {
            within = bucket % SegmentBuckets;
            return SmallSegments - 1 + (int)(bucket >> SegmentShift);
        }

        var segment = 32 - BitOperations.LeadingZeroCount(bucket);
        within = segment == 0 ? 0 : bucket - (1u << (segment - 1));
        return segment;
    }

    private static int BucketsOf(int segment) => segment == 0 ? 1 : 1 << Math.Min(segment - 1, SegmentShift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Address(uint[] segments, uint bucket) =>
        arena.Pointer(segments[SegmentOf(bucket, out var within)]) + ((nuint)within * Bucket.Bytes);

    private bool TryAddressUnlocked(ulong keyHash, out byte* bucket)
    {
        bucket = null;
        var buckets = Volatile.Read(ref _buckets);
        if (buckets == 0)
        {
            return false;
        }

        // Segments and count may belong to different moments; an address in the arena comes out in any case, or none.
        var segments = Volatile.Read(ref _segments);
        var segment = SegmentOf(BucketOf((uint)keyHash, buckets), out var within);
        if (segment >= segments.Length)
        {
            return false;
        }

        bucket = arena.Pointer(segments[segment]) + ((nuint)within * Bucket.Bytes);
        return true;
    }

    private bool TryLocate(ulong keyHash, uint reference, out Bucket bucket, out int slot, out byte* before)
    {
        bucket = default;
        slot = 0;
        before = null;
        if (_buckets == 0)
        {
            return false;
        }

        var tag = KeyHash.TagOf(keyHash);
        var at = Address(_segments, BucketOf(keyHash));
        while (true)
        {
            bucket = new Bucket(at);
            for (var matches = bucket.Match<TTags>(tag); matches != 0; matches &= matches - 1)
            {
                slot = BitOperations.TrailingZeroCount(matches);
                if (bucket[slot] == reference)
                {
                    return true;
                }
            }

            var chained = bucket.Chain;
            if (chained == 0)
            {
                return false;
            }

            before = at;
            at = arena.Pointer(chained);
        }
    }

    private bool TryAddToChain(Bucket bucket, byte tag, uint reference)
    {
        for (var length = 1; !bucket.TryAdd<TTags>(tag, reference); length++)
        {
            var chained = bucket.Chain;
            if (chained == 0)
            {
                if (length >= LongestChain || !arena.TryAllocate(arena.BlockClassOf(Bucket.Bytes), out chained))
                {
                    return false;
                }

                Extend(bucket, chained);
            }

            bucket = new Bucket(arena.Pointer(chained));
        }

        return true;
    }

    /// <summary>Chains an empty bucket to a full one; the entry in the slot that the link takes moves over.</summary>
    private void Extend(Bucket bucket, uint chained)
    {
        const int last = Bucket.Slots - 1;
        var added = new Bucket(arena.Pointer(chained));
        added.Clear();
        added.TryAdd<TTags>(bucket.TagAt(last), bucket[last]);
        bucket.Chain = chained;
    }

    /// <summary>Makes room for one bucket more at the end, and clears it.</summary>
    private bool TryAddSegment(uint bucket)
    {
        var segment = SegmentOf(bucket, out var within);
        if (within == 0)
        {
            if (!arena.TryAllocate(arena.BlockClassOf(BucketsOf(segment) * Bucket.Bytes), out var block))
            {
                return false;
            }

            if (segment >= _segments.Length)
            {
                var longer = new uint[Math.Max(segment + 1, Math.Min(_segments.Length * 2, _segments.Length + 4096))];
                _segments.CopyTo(longer, 0);
                longer[segment] = block;
                Volatile.Write(ref _segments, longer);
            }
            else
            {
                _segments[segment] = block;
            }
        }

        _buckets = bucket + 1;
        At(bucket).Clear();
        return true;
    }

    private void ReleaseSegment(uint lastBucket)
    {
        var segment = SegmentOf(lastBucket, out var within);
        if (within == 0)
        {
            arena.Free(_segments[segment]);
            _segments[segment] = 0;
        }
    }

    private void Gather(uint number, ref BucketContents into)
    {
        var first = At(number);
        for (var bucket = first; ; bucket = new Bucket(arena.Pointer(bucket.Chain)))
        {
            for (var occupied = bucket.Occupied<TTags>(); occupied != 0; occupied &= occupied - 1)
            {
                var reference = bucket[BitOperations.TrailingZeroCount(occupied)];
                into.Add(reference);
                if (Sse.IsSupported)
                {
                    Sse.Prefetch0(arena.Pointer(reference));
                }
            }

            if (!bucket.IsChained)
            {
                break;
            }

            into.AddSpare(bucket.Chain);
        }

        var timer = first.Timer;
        first.Clear();
        first.Timer = timer;
    }

    private void Scatter(ref BucketContents gathered)
    {
        foreach (var reference in gathered.References)
        {
            var keyHash = hash.Of(arena.Entry(reference).Key);
            var tag = KeyHash.TagOf(keyHash);
            var bucket = At(BucketOf(keyHash));
            while (!bucket.TryAdd<TTags>(tag, reference))
            {
                if (bucket.Chain == 0)
                {
                    Extend(bucket, gathered.TakeSpare());
                }

                bucket = new Bucket(arena.Pointer(bucket.Chain));
            }
        }
    }
}
