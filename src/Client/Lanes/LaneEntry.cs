using Orleans.Cache.Client.Routing;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Client.Lanes;

/// <summary>
/// What stands in a lane's queue: the operations of one call that go to one silo. The lane packs them into batches, a turn at a time if they
/// are many, and brings each its result or the reason why there is none.
/// </summary>
/// <remarks>Members say whether they are called under the lane's lock. Nothing that runs an application's code is.</remarks>
internal abstract class LaneEntry
{
    /// <summary>The next in the queue. Under the lane's lock.</summary>
    public LaneEntry? Next { get; set; }

    /// <summary>When the caller stops waiting, by the clock's timestamps.</summary>
    public long Deadline { get; protected set; }

    /// <summary>When it was put into the lane, by the clock's timestamps; 0 unless somebody measures that. Under the lane's lock.</summary>
    public long Queued { get; set; }

    /// <summary>How many operations there are.</summary>
    public int Total { get; protected set; }

    /// <summary>How many of them are in batches already. Under the lane's lock.</summary>
    public int Packed { get; private set; }

    /// <summary>The bytes of keys and values that are not in batches yet. Under the lane's lock.</summary>
    public long RemainingBytes { get; private set; }

    /// <summary>Whether the caller has its answer, or has given up: nothing of the entry is looked at any more.</summary>
    public abstract bool IsFinished { get; }

    /// <summary>Whether operations are of a session. Under the lane's lock.</summary>
    public abstract bool HasSession { get; }

    /// <summary>Whether all of it may be sent again when it has no answer. Of an entry that is open; under the lane's lock.</summary>
    public abstract bool MayBeSentAgain { get; }

    /// <summary>The bytes of key and value of an operation.</summary>
    public abstract int PayloadBytesOf(int index);

    /// <summary>Counts the next operations as packed. Under the lane's lock.</summary>
    /// <returns>The index of the first of them.</returns>
    public int Take(int count, int bytes)
    {
        Packed += count;
        RemainingBytes -= bytes;
        return Packed - count;
    }

    /// <summary>Writes operations into a batch. Under the lane's lock, which a caller who gives up takes too: it may change its values then.</summary>
    public abstract void Pack(int first, int count, ref BatchWriter writer);

    /// <summary>Copies the results of operations; before <see cref="Finish"/>, without the lane's lock.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="results">Their results.</param>
    /// <param name="values">Where these have their values.</param>
    /// <param name="positions">How far sessions are by them; empty where the batch had no session.</param>
    public abstract void Accept(int first, ReadOnlySpan<ShardResult> results, ReadOnlySpan<byte> values, ReadOnlySpan<LogPosition> positions);

    /// <summary>Notes why operations have no result; before <see cref="Finish"/>, without the lane's lock.</summary>
    public abstract void Fail(int first, int count, in LaneFailure failure);

    /// <summary>Goes on with the caller, on this thread, if it has all it waits for; without the lane's lock.</summary>
    public abstract void Finish(int count);

    /// <summary>Claims the end of the entry before its results are there. Under the lane's lock.</summary>
    /// <returns>Whether it was still open, so that <see cref="CompleteAbandoned"/> must follow.</returns>
    public abstract bool TryAbandon();

    /// <summary>Tells the caller, on a thread of its own, why; without the lane's lock.</summary>
    public abstract void CompleteAbandoned(in LaneFailure failure);

    /// <summary>Called when a finished entry leaves the queue with operations that were never sent. Under the lane's lock.</summary>
    public abstract void Drop();

    /// <summary>Whether an operation belongs to another silo by a map. Of an entry that is open; under the lane's lock.</summary>
    public abstract bool IsMisplaced(RoutedNode node, GridSnapshot snapshot);

    /// <summary>
    /// Goes on with the caller elsewhere, where that does no harm: the silo does not answer, and others have taken over from it. After
    /// <see cref="TryAbandon"/>; without the lane's lock.
    /// </summary>
    public abstract void TakeBack(in LaneFailure failure);

    /// <summary>Makes the entry ready to be queued.</summary>
    protected void Start(int total, long bytes, long deadline)
    {
        Next = null;
        Total = total;
        Packed = 0;
        RemainingBytes = bytes;
        Deadline = deadline;
    }
}
