using System.Runtime.CompilerServices;

namespace Orleans.Cache.Client.Near;

/// <summary>
/// What the near caches of a process may believe: for each partition whose feed speaks for it, and a stamp that changes when what was read
/// before does not count any more. Safe for any number of threads.
/// </summary>
/// <remarks>
/// A partition has a stamp while a silo says that it owns it. Another owner, another epoch, or a gap in the feed gives it another; near copies carry the
/// stamp that they were read under, so that none has to be looked for to be dropped.
/// </remarks>
internal sealed class NearTrust(int partitionCount)
{
    private const int StripeBits = 16;

    private readonly Lock _lock = new();
    private readonly Word[] _words = new Word[partitionCount];
    private readonly long[] _epochs = new long[partitionCount];

    // When a key with such a hash was invalidated last, as the number of events by then: for answers that were on their way meanwhile.
    private readonly long[] _invalidatedAt = new long[1 << StripeBits];
    private long _lastStamp;
    private long _events;

    public int PartitionCount => partitionCount;

    /// <summary>How many invalidations were taken note of.</summary>
    public long Events => Volatile.Read(ref _events);

    /// <summary>How often a partition lost what was read of it: owners and epochs that changed, and gaps.</summary>
    public long Repairs { get; private set; }

    /// <summary>Whether what was read under a stamp may still be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsTrusted(int partition, long stamp, long oldest) =>
        // The stamp last: it is taken away before the feed changes, so that an old one is never believed for a new feed's word.
        Volatile.Read(ref _words[partition].Feed) is { } feed && feed.VerifiedAt >= oldest && Volatile.Read(ref _words[partition].Stamp) == stamp;

    /// <summary>Whether what was read under a stamp will never be read again.</summary>
    public bool IsOutdated(int partition, long stamp) => Volatile.Read(ref _words[partition].Stamp) != stamp;

    /// <summary>The stamp to read under now; 0 where nothing may be kept.</summary>
    public long StampOf(int partition, long oldest)
    {
        var stamp = Volatile.Read(ref _words[partition].Stamp);
        return stamp != 0 && IsTrusted(partition, stamp, oldest) ? stamp : 0;
    }

    /// <summary>Notes that entries with a hash changed; before what is kept of them is dropped.</summary>
    public void NoteInvalidation(ulong hash) => Volatile.Write(ref _invalidatedAt[hash >> (64 - StripeBits)], Interlocked.Increment(ref _events));

    /// <summary>Whether nothing has happened to an entry since a read of it was sent.</summary>
    public bool IsUntouched(in NearFill fill) =>
        Volatile.Read(ref _invalidatedAt[fill.Hash >> (64 - StripeBits)]) <= fill.Events && Volatile.Read(ref _words[fill.Partition].Stamp) == fill.Stamp;

    /// <summary>Takes the partitions that a silo serves.</summary>
    /// <param name="feed">The silo's feed.</param>
    /// <param name="partitions">Them, ascending.</param>
    /// <param name="epochs">Their epochs.</param>
    public void Take(FeedState feed, ReadOnlySpan<int> partitions, ReadOnlySpan<long> epochs)
    {
        lock (_lock)
        {
            var next = 0;
            for (var partition = 0; partition < partitionCount; partition++)
            {
                if (next < partitions.Length && partitions[next] == partition)
                {
                    // An answer may be older than that of the partition's next owner.
                    var epoch = epochs[next++];
                    if (epoch > _epochs[partition] || (epoch == _epochs[partition] && _words[partition].Feed is null))
                    {
                        RenewLocked(partition, feed, epoch);
                    }
                }
                else if (_words[partition].Feed == feed)
                {
                    RenewLocked(partition, feed: null, _epochs[partition]);
                }
            }
        }
    }

    /// <summary>Forgets all that was read of what a feed speaks for: events are missing, or its silo is gone.</summary>
    /// <param name="feed">The feed.</param>
    /// <param name="isOver">Whether it is gone: then whoever serves its partitions is believed, also where the grid began anew and counts its epochs from the start.</param>
    public void Drop(FeedState feed, bool isOver)
    {
        lock (_lock)
        {
            for (var partition = 0; partition < partitionCount; partition++)
            {
                if (_words[partition].Feed == feed)
                {
                    RenewLocked(partition, feed: null, isOver ? 0 : _epochs[partition]);
                }
            }
        }
    }

    private void RenewLocked(int partition, FeedState? feed, long epoch)
    {
        // The stamp goes before the feed changes and comes after, so that nobody sees an old stamp with a new feed.
        Volatile.Write(ref _words[partition].Stamp, 0);
        Volatile.Write(ref _words[partition].Feed, feed);
        _epochs[partition] = epoch;
        if (feed is not null)
        {
            Volatile.Write(ref _words[partition].Stamp, ++_lastStamp);
        }

        Repairs++;
    }

    /// <summary>Whose word counts for a partition; both in one line of the processor's cache.</summary>
    private struct Word
    {
        public FeedState? Feed;
        public long Stamp;
    }
}
