using System.Runtime.CompilerServices;
using Orleans.Cache.Client.Caching;
using Orleans.Cache.Client.Connections;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Client.Lanes;

/// <summary>
/// A batch on its way to a silo and back. Its callers go on one after the other on one thread, of the pool or the one that receives, which spares
/// each a trip through the pool; the lane sends its next batch when all but the last have gone on, with what they asked for then.
/// </summary>
/// <remarks>
/// A caller may block that thread. So before the first one goes on, the batch is queued to the thread pool too: whichever thread comes
/// takes the next caller who has not gone on yet, and queues the batch again for the next thread. When the last of them is through, the lane
/// gets the object back and uses it again.
/// </remarks>
internal sealed class LaneBatch : IDataCall
{
    private readonly Lane _lane;
    private readonly Action _onReply;
    private readonly List<LaneSegment> _segments = [];
    private BatchBytes? _request;
    private BatchBytes? _reply;
    private LaneFailure _failure;
    private bool _isMoved;
    private bool _hasSessions;
    private bool _hasMarks;
    private bool _isRelayed;
    private int _valuesStart;
    private int _next;
    private int _unread;
    private int _users;
    private long _sent;
    private ConfiguredValueTaskAwaitable<BatchReply>.ConfiguredValueTaskAwaiter _call;

    public LaneBatch(Lane lane)
    {
        _lane = lane;
        _onReply = OnReply;
    }

    /// <summary>Written and read under the lane's lock.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>Whether it was sent through another silo, or may have been.</summary>
    public bool IsRelayed => Volatile.Read(ref _isRelayed);

    /// <summary>Whether it may have been lost on its way, and what could be was taken back. Under the lane's lock.</summary>
    public bool IsLost { get; set; }

    public List<LaneSegment> Segments => _segments;

    /// <summary>When it was made, by the clock's timestamps. Under the lane's lock.</summary>
    public long Formed { get; private set; }

    public int Operations { get; private set; }

    public int PayloadBytes { get; private set; }

    /// <summary>Adds operations of an entry. Under the lane's lock.</summary>
    public void Add(LaneEntry entry, int first, int count, int bytes)
    {
        _segments.Add(new LaneSegment(entry, first, count, Operations));
        Operations += count;
        _hasSessions |= entry.HasSession;
        PayloadBytes = checked(PayloadBytes + bytes);
    }

    /// <summary>Writes the request, once all operations are in. Under the lane's lock.</summary>
    public void Pack()
    {
        Formed = _lane.Lanes.Time.GetTimestamp();
        _request = BatchBytes.Rent(BatchFormat.RequestBytes(Operations, PayloadBytes) + (_hasSessions ? BatchFormat.PositionBytes(Operations) : 0));
        var writer = new BatchWriter(_request.Span, Operations, _hasSessions);
        foreach (var segment in _segments)
        {
            segment.Entry.Pack(segment.First, segment.Count, ref writer);
        }

        _hasMarks = writer.HasMarks;
    }

    /// <summary>Sends the batch. Never throws, and never waits.</summary>
    public void Send()
    {
        // A grain's turn must neither lend its identity to other callers' operations nor have to be over before they are answered. And a session
        // that stands in the request context would travel with the message, which says what it has to by itself.
        if (TaskScheduler.Current == TaskScheduler.Default && Sessions.Current is null)
        {
            SendNow();
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(static batch => batch.SendNow(), this, preferLocal: true);
        }
    }

    /// <inheritdoc/>
    public void Execute()
    {
        var count = _segments.Count;
        if (Volatile.Read(ref _next) < count - 1)
        {
            Interlocked.Increment(ref _users);
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        while (Interlocked.Increment(ref _next) - 1 is var index && index < count)
        {
            if (index == count - 1)
            {
                // Before the last caller goes on, who may block: the lane must not wait for it.
                _lane.OnDone(this);
            }

            Deliver(_segments[index]);
        }

        if (Interlocked.Decrement(ref _users) == 0)
        {
            Reset();
            _lane.Recycle(this);
        }
    }

    private void SendNow()
    {
        try
        {
            Measure();
            var request = new BatchRequest(
                _lane.Node.Descriptor.Address, _lane.Cache.MapVersion, _lane.Cache.Name, _request!, _hasMarks ? _lane.Node.Clock.SurelyOver() : 0);
            Volatile.Write(ref _isRelayed, false);
            if (_lane.FindConnection()?.TrySend(this, request) == true)
            {
                return;
            }

            var door = _lane.FindDoor(out var isRelayed);
            Volatile.Write(ref _isRelayed, isRelayed);
#pragma warning disable CA2012 // Consumed once, by OnReply: an async method would allocate for every batch.
            _call = door.ExecuteAsync(request).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
        }
#pragma warning disable CA1031 // Whatever it is, the callers must learn of it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failure = new LaneFailure(exception, LaneFailureKind.NoAnswer);
            Answer();
            Execute();
            return;
        }

        if (_call.IsCompleted)
        {
            OnReply();
        }
        else
        {
            _call.UnsafeOnCompleted(_onReply);
        }
    }

    private void Measure()
    {
        // The first in the batch is the one that waited longest, unless calls took turns.
        var queued = _segments[0].Entry.Queued;
        _sent = queued == 0 && !_lane.IsTimed ? 0 : _lane.Lanes.Time.GetTimestamp();
        if (queued != 0)
        {
            _lane.Lanes.Metrics.OnSent(_lane, Operations, _lane.Lanes.Time.GetElapsedTime(queued, _sent));
        }
    }

    /// <inheritdoc/>
    void IDataCall.OnReply(in BatchReply reply)
    {
        Take(reply);
        Answer();
    }

    /// <inheritdoc/>
    void IDataCall.OnLost(Exception reason)
    {
        _failure = new LaneFailure(reason, LaneFailureKind.NoAnswer);
        Answer();
    }

    private void OnReply()
    {
        try
        {
#pragma warning disable VSTHRD002 // It is complete.
            Take(_call.GetResult());
#pragma warning restore VSTHRD002
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failure = new LaneFailure(exception, LaneFailureKind.NoAnswer);
        }

        Answer();
        Execute();
    }

    private void Take(in BatchReply reply)
    {
        try
        {
            Read(reply);

            // Only now: Orleans sends a request again when its connection breaks. Without an answer the collector takes it.
            _request!.Dispose();
            _lane.Lanes.Budget.OnAnswered(_segments.Count);
            _lane.Node.NoteAnswer();
            if (_sent != 0)
            {
                _lane.NoteTime(_lane.Lanes.Time.GetTimestamp() - _sent);
                _lane.Lanes.Metrics.OnAnswered(_lane, _lane.Lanes.Time.GetElapsedTime(_sent));
            }
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failure = new LaneFailure(exception, exception is CacheRequestException ? LaneFailureKind.Refused : LaneFailureKind.NoAnswer);
        }
    }

    /// <summary>Readies the batch for <see cref="Execute"/>.</summary>
    private void Answer()
    {
        _unread = _segments.Count;
        _users = 1;
        _lane.OnAnswered(this);
    }

    private void Read(in BatchReply reply)
    {
        _lane.Cache.OnMapVersion(reply.MapVersion);
        _lane.Node.Clock.Note(reply.Clock);
        switch (reply.Outcome)
        {
            case BatchOutcome.Executed when reply.Results is { } results:
                BatchFormat.ReadReply(results.Span, Operations, out var values);
                _reply = results;
                _valuesStart = results.Length - values.Length;
                break;
            case BatchOutcome.UnknownCache:
                throw _lane.Cache.Unknown();
            case BatchOutcome.Malformed:
                throw CacheRequestException.Malformed(reply.Error ?? string.Empty);
            case BatchOutcome.Failed:
                throw new OrleansException(reply.Error ?? "The silo failed to execute the batch.");
            default:
                _isMoved = true;
                break;
        }
    }

    private void Deliver(in LaneSegment segment)
    {
        try
        {
            Hand(segment);
        }
#pragma warning disable CA1031 // Above all memory that runs out: this caller must learn of it, and the others must go on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            segment.Entry.Fail(segment.First, segment.Count, new LaneFailure(exception, LaneFailureKind.NoAnswer));
        }

        // The bytes are not looked at any more once the last result is copied, however long its caller takes.
        if (Interlocked.Decrement(ref _unread) == 0)
        {
            _reply?.Dispose();
        }

        segment.Entry.Finish(segment.Count);
    }

    private void Hand(in LaneSegment segment)
    {
        if (_reply is { } reply)
        {
            var bytes = reply.Span;
            var positions = _hasSessions ? BatchFormat.PositionsOf(bytes, Operations, bytes[_valuesStart..]) : default;
            segment.Entry.Accept(
                segment.First,
                BatchFormat.ResultsOf(bytes, segment.PositionInBatch, segment.Count),
                bytes[_valuesStart..],
                positions.IsEmpty ? default : positions.Slice(segment.PositionInBatch, segment.Count));
        }
        else if (_isMoved)
        {
            Span<ShardResult> moved = stackalloc ShardResult[segment.Count];
            moved.Fill(new ShardResult { Status = OperationStatus.Moved });
            segment.Entry.Accept(segment.First, moved, default, default);
        }
        else
        {
            segment.Entry.Fail(segment.First, segment.Count, _failure);
        }
    }

    private void Reset()
    {
        _segments.Clear();
        _call = default;
        _request = null;
        _reply = null;
        _failure = default;
        _isMoved = false;
        _hasSessions = false;
        _next = 0;
        Operations = 0;
        PayloadBytes = 0;
        IsAnswered = false;
        IsLost = false;
    }
}
