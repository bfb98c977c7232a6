using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.HotKeys;

/// <summary>
/// Which keys of one cache are hot on this silo: those that it owns and that are read more often than the rules allow one silo. Safe for any number of
/// threads.
/// </summary>
/// <remarks>
/// 1. One read of 64 goes into a sketch. A key that comes often there is tracked: from then on its own counters count its samples and its writes.
/// 2. <see cref="Tick"/>, once a second, makes rates of the counts, promotes what is above the threshold and not written much, and demotes what has been
///    below half of it for the whole of <see cref="HotKeyRules.CoolDown"/>. What silos with copies have answered is counted in (<see cref="OnCopyReads"/>),
///    or spreading a key's reads would be the end of its being hot.
/// 3. Each read of a hot key is answered with a mark, by which the caller learns of it.
/// A read allocates nothing, except that one which lets a key be tracked. One sketch for all shards of the cache, not one for each: what is to be found is
/// what burdens the silo, and 1,024 sketches would take 16 MiB for every cache.
/// </remarks>
internal sealed class HotKeyTable
{
    /// <summary>So many keys are tracked at most.</summary>
    public const int MostTracked = 128;

    /// <summary>So many may be pinned at most.</summary>
    public const int MostPinned = 64;

    private readonly Lock _lock = new();
    private readonly HeavyKeeper _sketch = new(Random.Shared.NextInt64());
    private readonly TimeProvider _time;
    private ShortLock _sketchLock;
    private volatile HotKeySlots _tracked = HotKeySlots.Empty;
    private volatile HotKeySlots _hot = HotKeySlots.Empty;
    private long _tickedAt;
    private long _promoted;
    private long _demoted;

    public HotKeyTable(HotKeyRules rules, TimeProvider time)
    {
        Rules = rules;
        _time = time;
        _tickedAt = time.GetTimestamp();
    }

    public HotKeyRules Rules { get; }

    /// <summary>How often a key became hot.</summary>
    public long Promoted => Volatile.Read(ref _promoted);

    /// <summary>How often one ceased to be.</summary>
    public long Demoted => Volatile.Read(ref _demoted);

    /// <summary>The keys that are hot.</summary>
    public IReadOnlyCollection<HotKey> Hot => _hot.All;

    /// <summary>The keys that are counted on their own.</summary>
    public IReadOnlyCollection<HotKey> Tracked => _tracked.All;

    /// <summary>Counts those of some operations that were executed and are gets that found an entry, and marks their results if their keys are hot.</summary>
    /// <param name="batch">Their batch.</param>
    /// <param name="start">The first of them.</param>
    /// <param name="hashes">The hashes of their keys.</param>
    /// <param name="partitions">Their partitions; -1 for those that do not count.</param>
    public void OnReads(in ShardBatch batch, int start, ReadOnlySpan<ulong> hashes, ReadOnlySpan<int> partitions)
    {
        var hot = _hot;
        if (!hot.IsEmpty)
        {
            Mark(hot, batch, start, hashes, partitions);
        }

        for (var index = HotSampling.First(hashes.Length); index < hashes.Length; index = HotSampling.Next(index, hashes.Length))
        {
            if (partitions[index] >= 0 && IsHit(batch, start + index))
            {
                OnSample(hashes[index], batch, start + index);
            }
        }
    }

    /// <summary>Counts a write of a key.</summary>
    public void OnWrite(ulong hash)
    {
        if (_tracked.MayHave(hash))
        {
            _tracked.Find(hash)?.OnWrite();
        }
    }

    /// <summary>Counts reads that copies on other silos have answered.</summary>
    public void OnCopyReads(ulong hash, long reads) => _tracked.Find(hash)?.OnCopyReads(reads);

    /// <summary>Makes a key hot whatever is counted, or leaves it to what is counted again.</summary>
    /// <returns>Whether it was done: not if <see cref="MostPinned"/> are pinned already.</returns>
    public bool Pin(ulong hash, ReadOnlySpan<byte> key, bool isPinned)
    {
        lock (_lock)
        {
            var known = _tracked.Find(hash);
            if (!isPinned)
            {
                if (known is not null)
                {
                    known.IsPinned = false;
                    known.WarmAt = _time.GetTimestamp();
                }

                return true;
            }

            if (known is not { IsPinned: true } && _tracked.All.Count(static key => key.IsPinned) >= MostPinned)
            {
                return false;
            }

            known ??= AddLocked(hash, key);
            known.IsPinned = true;
            PromoteLocked(known, _time.GetTimestamp());
            _hot = new HotKeySlots([.. _tracked.All.Where(static key => key.IsHot)]);
            return true;
        }
    }

    /// <summary>Decides anew on what is hot. Called about once a second.</summary>
    public void Tick()
    {
        _sketchLock.Enter();
        _sketch.Decay();
        _sketchLock.Exit();
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            var elapsed = _time.GetElapsedTime(_tickedAt, now);
            if (elapsed <= TimeSpan.Zero || _tracked.All.Count == 0)
            {
                _tickedAt = now;
                return;
            }

            _tickedAt = now;
            foreach (var key in _tracked.All)
            {
                key.Measure(elapsed.TotalSeconds);
                DecideLocked(key, now);
            }

            _tracked = new HotKeySlots([.. _tracked.All.Where(key => key.IsHot || key.ReadsPerSecond >= Rules.ReadsToForget)]);
            var hot = _tracked.All.Where(static key => key.IsHot).ToArray();
            _hot = hot.Length == 0 ? HotKeySlots.Empty : new HotKeySlots(hot);
        }
    }

    private static void Mark(HotKeySlots hot, in ShardBatch batch, int start, ReadOnlySpan<ulong> hashes, ReadOnlySpan<int> partitions)
    {
        for (var index = 0; index < hashes.Length; index++)
        {
            if (hot.MayHave(hashes[index]) && partitions[index] >= 0 && IsHit(batch, start + index) && hot.Find(hashes[index]) is not null)
            {
                batch.Results[start + index].IsHot = true;
            }
        }
    }

    private static bool IsHit(in ShardBatch batch, int index) =>
        batch.Operations[index].Kind == OperationKind.Get && batch.Results[index].Status == OperationStatus.Done && batch.Results[index].ValueLength <= HotKeyRules.MostValueBytes;

    private void OnSample(ulong hash, in ShardBatch batch, int index)
    {
        if (_tracked.Find(hash) is { } known)
        {
            known.OnSample();
            return;
        }

        // Whoever finds the sketch taken goes on without: a hot key comes again.
        if (!_sketchLock.TryEnter())
        {
            return;
        }

        var count = _sketch.Add(hash);
        _sketchLock.Exit();
        if (count >= Rules.SamplesToTrack)
        {
            Track(hash, batch.KeyOf(batch.Operations[index]), count);
        }
    }

    private void Track(ulong hash, ReadOnlySpan<byte> key, int samples)
    {
        lock (_lock)
        {
            if (_tracked.Find(hash) is null && _tracked.All.Count < MostTracked)
            {
                // What led here counts: the first rate is not far from the truth.
                var added = AddLocked(hash, key);
                for (var sample = 0; sample < samples; sample++)
                {
                    added.OnSample();
                }
            }
        }
    }

    private HotKey AddLocked(ulong hash, ReadOnlySpan<byte> key)
    {
        var added = new HotKey(hash, key.ToArray());
        _tracked = new HotKeySlots([.. _tracked.All, added]);
        return added;
    }

    private void DecideLocked(HotKey key, long now)
    {
        if (key.IsPinned)
        {
            return;
        }

        if (!key.IsHot)
        {
            if (Rules.MayPromote(key.ReadsPerSecond, key.WritesPerSecond))
            {
                PromoteLocked(key, now);
            }

            return;
        }

        if (Rules.MayStay(key.ReadsPerSecond, key.WritesPerSecond))
        {
            key.WarmAt = now;
        }
        else if (_time.GetElapsedTime(key.WarmAt, now) >= HotKeyRules.CoolDown)
        {
            key.IsHot = false;
            _demoted++;
        }
    }

    private void PromoteLocked(HotKey key, long now)
    {
        if (!key.IsHot)
        {
            key.IsHot = true;
            _promoted++;
        }

        key.WarmAt = now;
    }
}
