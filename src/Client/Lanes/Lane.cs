using Orleans.Cache.Client.Connections;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Client.Lanes;

/// <summary>
/// The way to one silo for all callers of one cache in this process: calls made while batches are under way leave together in the next one.
/// </summary>
/// <remarks>
/// No timer: a call that finds the lane idle leaves at once, on its caller's thread. Callers take turns: each has at most
/// <see cref="Turn"/> operations in a batch before the next one's, so that a call with thousands does not hold up the others. Safe for any
/// number of threads. A lane for bulk carries the chunks of large values, one to a batch.
/// </remarks>
internal sealed class Lane(RoutedNode node, NamedCache cache, LaneKind kind, CacheLaneOptions limits, LaneSet lanes)
{
    private const int Turn = 64;

    /// <summary>As many operations are worth a message of their own, whatever else is under way.</summary>
    private const int WorthAMessage = 64;

    /// <summary>As many batches of all lanes keep this process and the silos busy at the same time.</summary>
    private const int BatchesToOverlap = 2;

    private readonly Lock _lock = new();
    private readonly List<LaneBatch> _inFlight = [];
    private readonly Stack<LaneBatch> _idle = [];
    private SlowestHundredth? _times;
    private LaneEntry? _head;
    private LaneEntry? _tail;
    private int _queued;
    private int _lost;
    private long _queuedBytes;
    private long _inFlightBytes;
    private int _outstanding;

    public RoutedNode Node => node;

    public NamedCache Cache => cache;

    public LaneSet Lanes => lanes;

    /// <summary>The connection for the silo's batches, if there is one. Chunks do not go there: what is small would wait behind them.</summary>
    public DataConnection? FindConnection() => kind == LaneKind.Usual ? node.Data?.Find() : null;

    /// <summary>The silo's door, by the way that this lane goes now.</summary>
    /// <remarks><paramref name="isRelayed"/>: Whether that leads through another silo, or may.</remarks>
    public ICacheNode FindDoor(out bool isRelayed)
    {
        var door = kind == LaneKind.Relayed ? node.Relayed : node.Door;
        isRelayed = ReferenceEquals(door, node.Relayed);
        return door;
    }

    /// <summary>The bytes of keys and values that are sent and not answered.</summary>
    public long InFlightBytes => Volatile.Read(ref _inFlightBytes);

    /// <summary>
    /// The operations that wait to be sent, or for their answer. Both: a silo that stands still has few in flight, and many that wait for it here.
    /// </summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Whether it matters how long answers take.</summary>
    public bool IsTimed => Volatile.Read(ref _times) is not null;

    /// <summary>
    /// Until when a read that is sent now is left to this silo, when another could be asked: three times what all but one in a hundred answers
    /// take, and 50 ms at least. By the clock's timestamps.
    /// </summary>
    public long PatientUntil()
    {
        lanes.LookClosely();
        var least = lanes.Time.TimestampFrequency / 20;
        var times = Volatile.Read(ref _times) ?? Interlocked.CompareExchange(ref _times, new SlowestHundredth(least / 3.0), null) ?? _times;
        return lanes.Time.GetTimestamp() + Math.Max(least, (long)(3 * times.Value));
    }

    /// <summary>Notes how long a batch took, from its leaving to its answer.</summary>
    public void NoteTime(long elapsed) => Volatile.Read(ref _times)?.Add(elapsed);

    /// <summary>Takes the operations of an entry, and sends them as soon as the lane is free.</summary>
    /// <exception cref="CacheUnavailableException">Too much is waiting already; nothing was taken.</exception>
    public void Enqueue(LaneEntry entry)
    {
        lanes.Wake();
        LaneBatch? batch;
        lock (_lock)
        {
            if (_queuedBytes > 0 && _queuedBytes + entry.RemainingBytes > limits.MaxQueuedBytes)
            {
                throw TooMuchQueued();
            }

            entry.Queued = lanes.Metrics.IsTimed ? lanes.Time.GetTimestamp() : 0;
            _queued += entry.Total;
            _outstanding += entry.Total;
            _queuedBytes += entry.RemainingBytes;
            AppendLocked(entry);
            batch = TryFormLocked();
        }

        batch?.Send();
    }

    /// <summary>Ends an entry whose caller gives up; what is still in the queue is dropped when its turn comes.</summary>
    /// <returns>Whether it was still open: <see cref="LaneEntry.CompleteAbandoned"/> must follow.</returns>
    public bool TryAbandon(LaneEntry entry, out bool wasSent)
    {
        lock (_lock)
        {
            wasSent = entry.Packed > 0;
            return entry.TryAbandon();
        }
    }

    /// <summary>Called when a batch has its answer: from now on its entries end by that.</summary>
    public void OnAnswered(LaneBatch batch)
    {
        lock (_lock)
        {
            batch.IsAnswered = true;
        }
    }

    /// <summary>Called when all callers of a batch but the last have gone on: what they have asked for since leaves together.</summary>
    public void OnDone(LaneBatch batch)
    {
        LaneBatch? next;
        lock (_lock)
        {
            _inFlight.Remove(batch);
            _lost -= batch.IsLost ? 1 : 0;
            lanes.OnBatches(kind == LaneKind.Bulk ? 0 : -1);
            _inFlightBytes -= batch.PayloadBytes;
            _outstanding -= batch.Operations;
            next = TryFormLocked();
        }

        next?.Send();
    }

    /// <summary>Called when no thread has to do with a batch any more.</summary>
    public void Recycle(LaneBatch batch)
    {
        lock (_lock)
        {
            _idle.Push(batch);
        }
    }

    /// <summary>Ends what is past its deadline.</summary>
    /// <returns>Whether anything still waits here.</returns>
    public bool EndOverdue(long now, List<OverdueEntry> overdue)
    {
        lock (_lock)
        {
            for (var entry = _head; entry is not null; entry = entry.Next)
            {
                EndLocked(entry, now, overdue);
            }

            foreach (var batch in _inFlight)
            {
                for (var index = 0; !batch.IsAnswered && index < batch.Segments.Count; index++)
                {
                    EndLocked(batch.Segments[index].Entry, now, overdue);
                }
            }

            return _head is not null || _inFlight.Count > 0;
        }
    }

    /// <summary>
    /// Looks after a silo that has left a batch without an answer since some time: somebody looks for a newer map, and what has another owner by
    /// that is taken back. So is what was sent through another silo, and perhaps through one that was lost meanwhile.
    /// </summary>
    /// <param name="sentBefore">When it was sent at the latest, by the clock's timestamps.</param>
    /// <param name="wayLostAt">When a way to the grid was lost last.</param>
    /// <param name="misplaced">Takes what has another owner.</param>
    /// <param name="lost">Takes what may have been lost on its way.</param>
    /// <returns>Whether there is such a batch.</returns>
    public bool TakeBackFromSilent(long sentBefore, long wayLostAt, List<LaneEntry> misplaced, List<LaneEntry> lost)
    {
        var snapshot = cache.Snapshot;
        lock (_lock)
        {
            if (!_inFlight.Exists(batch => !batch.IsAnswered && batch.Formed <= sentBefore))
            {
                return false;
            }

            foreach (var batch in _inFlight)
            {
                if (!batch.IsAnswered && batch.IsRelayed && batch.Formed <= Math.Min(sentBefore, wayLostAt))
                {
                    TakeLostLocked(batch, lost);
                }
            }

            if (!_inFlight.Exists(batch => !batch.IsAnswered && !batch.IsLost && batch.Formed <= sentBefore))
            {
                return false;
            }

            for (var entry = _head; entry is not null; entry = entry.Next)
            {
                TakeBackLocked(entry, snapshot, misplaced);
            }

            foreach (var batch in _inFlight)
            {
                for (var index = 0; !batch.IsAnswered && index < batch.Segments.Count; index++)
                {
                    TakeBackLocked(batch.Segments[index].Entry, snapshot, misplaced);
                }
            }
        }

        node.NoteSilence();
        cache.LookForMap();
        return true;
    }

    private void TakeLostLocked(LaneBatch batch, List<LaneEntry> lost)
    {
        if (!batch.IsLost)
        {
            batch.IsLost = true;
            _lost++;
        }

        foreach (var segment in batch.Segments)
        {
            if (!segment.Entry.IsFinished && segment.Entry.MayBeSentAgain && segment.Entry.TryAbandon())
            {
                lost.Add(segment.Entry);
            }
        }
    }

    private void TakeBackLocked(LaneEntry entry, GridSnapshot snapshot, List<LaneEntry> misplaced)
    {
        if (!entry.IsFinished && entry.IsMisplaced(node, snapshot) && entry.TryAbandon())
        {
            misplaced.Add(entry);
        }
    }

    private static void EndLocked(LaneEntry entry, long now, List<OverdueEntry> overdue)
    {
        if (entry.Deadline <= now && entry.TryAbandon())
        {
            overdue.Add(new OverdueEntry(entry, entry.Packed > 0));
        }
    }

    private LaneBatch? TryFormLocked()
    {
        if (_head is null || !MaySendLocked())
        {
            return null;
        }

        LaneBatch? batch = null;
        while (_head is { } entry && (batch is null || batch.Operations < limits.MaxBatchOperations))
        {
            if (entry.IsFinished)
            {
                RemoveHeadLocked();
                _queued -= entry.Total - entry.Packed;
                _outstanding -= entry.Total - entry.Packed;
                _queuedBytes -= entry.RemainingBytes;
                entry.Drop();
                continue;
            }

            var count = CountThatFits(entry, batch, out var bytes);
            if (count == 0)
            {
                break;
            }

            RemoveHeadLocked();
            _queued -= count;
            _queuedBytes -= bytes;
            batch ??= _idle.TryPop(out var idle) ? idle : new LaneBatch(this);
            batch.Add(entry, entry.Take(count, bytes), count, bytes);
            if (entry.Packed < entry.Total)
            {
                AppendLocked(entry);
            }
        }

        if (batch is not null)
        {
            batch.Pack();
            _inFlight.Add(batch);
            _inFlightBytes += batch.PayloadBytes;
            if (kind != LaneKind.Bulk)
            {
                lanes.OnBatches(1);
                node.NoteUse();
            }
        }

        return batch;
    }

    /// <summary>
    /// The first batch always leaves. A second one overlaps with it, which is worth a message while no other lane's batch does the same, or
    /// when it is large: with several silos batches would be thin otherwise.
    /// </summary>
    private bool MaySendLocked()
    {
        // Those that are lost hold up nobody, until they time out.
        var inFlight = _inFlight.Count - _lost;
        return kind == LaneKind.Bulk
            ? inFlight < (node.IsShared ? 1 : limits.MaxBatchesInFlight)
            : inFlight == 0
            || (inFlight < limits.MaxBatchesInFlight && (_queued >= WorthAMessage || lanes.BatchesInFlight < BatchesToOverlap));
    }

    private int CountThatFits(LaneEntry entry, LaneBatch? batch, out int bytes)
    {
        var operations = batch?.Operations ?? 0;
        var room = limits.MaxBatchBytes - (batch?.PayloadBytes ?? 0);
        var most = Math.Min(Math.Min(Turn, entry.Total - entry.Packed), limits.MaxBatchOperations - operations);
        bytes = 0;
        for (var count = 0; count < most; count++)
        {
            // One operation travels in any case, however large.
            var more = entry.PayloadBytesOf(entry.Packed + count);
            if (more > room - bytes && operations + count > 0)
            {
                return count;
            }

            bytes += more;
        }

        return most;
    }

    private void AppendLocked(LaneEntry entry)
    {
        entry.Next = null;
        if (_tail is null)
        {
            _head = entry;
        }
        else
        {
            _tail.Next = entry;
        }

        _tail = entry;
    }

    private void RemoveHeadLocked()
    {
        _head = _head!.Next;
        if (_head is null)
        {
            _tail = null;
        }
    }

    private CacheUnavailableException TooMuchQueued() => new(
        $"{_queuedBytes:N0} bytes of operations wait for the silo {node.Descriptor.Name} already, and no more than {limits.MaxQueuedBytes:N0} may (Lanes.MaxQueuedBytes); nothing was done. Wait for earlier calls before you make more.");
}
