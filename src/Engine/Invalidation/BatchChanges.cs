using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Engine.Invalidation;

/// <summary>What a batch has changed so far, to be appended to the feed in one go when the batch is over. Of one thread, and empty between batches.</summary>
internal sealed class BatchChanges
{
    [ThreadStatic]
    private static BatchChanges? _current;

    private FeedEvent[] _events = new FeedEvent[64];
    private int _count;
    private long _lease;
    private long _notBefore;

    /// <summary>Those of this thread.</summary>
    public static BatchChanges Current => _current ??= new BatchChanges();

    /// <summary>Adds a write that was executed.</summary>
    /// <param name="store">Its cache.</param>
    /// <param name="batch">Its batch.</param>
    /// <param name="index">Its position there.</param>
    /// <param name="servedSince">Since when this silo owns the partition, by the clock's timestamps.</param>
    public void Add(CacheStore store, in ShardBatch batch, int index, long servedSince)
    {
        ref readonly var operation = ref batch.Operations[index];
        if (_count == _events.Length)
        {
            Array.Resize(ref _events, _count * 2);
        }

        if (store.StrictLeaseTicks > 0)
        {
            _lease = store.StrictLeaseTicks;
            _notBefore = Math.Max(_notBefore, servedSince + store.StrictLeaseTicks);
        }

        if (operation.Kind is OperationKind.RemoveTags or OperationKind.Clear)
        {
            _events[_count++] = new FeedEvent(0, FeedEvent.All, store.Index, operation.Kind == OperationKind.Clear ? FeedEventKind.All : FeedEventKind.Tags);
            return;
        }

        var version = batch.Results[index].Version;
        var below = operation.Kind switch
        {
            OperationKind.Remove => FeedEvent.All,

            // It keeps its version, and gets another time to live.
            OperationKind.Touch => version + 1,
            _ => version,
        };
        _events[_count++] = new FeedEvent(FeedHash.Of(batch.KeyOf(operation)), below, store.Index);
    }

    /// <summary>Appends what was added.</summary>
    /// <param name="feed">Where to.</param>
    /// <param name="wait">What the batch waits for; made if it has to wait for subscribers.</param>
    public void Flush(InvalidationFeed feed, ref BatchWait? wait)
    {
        if (_count > 0)
        {
            feed.Append(_events.AsSpan(0, _count), _lease, _notBefore, ref wait);
            (_count, _lease, _notBefore) = (0, 0, 0);
        }
    }
}
