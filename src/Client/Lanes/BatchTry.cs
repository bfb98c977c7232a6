using System.Buffers;
using System.Threading.Tasks.Sources;
using Orleans.Cache.Client.Routing;

namespace Orleans.Cache.Client.Lanes;

/// <summary>One try of a call with several operations: a part in the lane of each silo that owns some of the keys.</summary>
/// <remarks>For one call; its parts are completed by any threads.</remarks>
internal sealed class BatchTry : IValueTaskSource, IDisposable
{
    private readonly BatchCall _call;
    private readonly int[] _positions;
    private BatchPart? _parts;
    private ManualResetValueTaskSourceCore<bool> _done;
    private int _open = 1;

    private readonly bool _isImpatient;

    /// <summary>Begins a try.</summary>
    /// <param name="call">The call.</param>
    /// <param name="deadline">When the call's time is over, by the clock's timestamps.</param>
    /// <param name="isImpatient">Whether other silos can be asked: each then has only the time that nearly all of its answers take.</param>
    public BatchTry(in BatchCall call, long deadline, bool isImpatient = false)
    {
        _call = call;
        _isImpatient = isImpatient;
        _positions = ArrayPool<int>.Shared.Rent(call.Count);
        Deadline = deadline;
    }

    public ref readonly BatchCall Call => ref _call;

    /// <summary>When the call began, by the clock's timestamps: what it writes was not under way before.</summary>
    public long Began { get; init; }

    public long Deadline { get; }

    /// <summary>Whether silos are given less time than the call has.</summary>
    public bool IsImpatient => _isImpatient;

    /// <summary>Room for the positions of all parts, one part behind the other.</summary>
    public Span<int> Positions => _positions.AsSpan(0, _call.Count);

    /// <summary>Why parts have no result, or not all of theirs. Read when the try is done.</summary>
    public List<BatchPartFailure>? Failures { get; private set; }

    /// <summary>Puts operations into a lane.</summary>
    /// <param name="lane">The lane to the silo that owns their keys.</param>
    /// <param name="first">Where their positions begin in <see cref="Positions"/>.</param>
    /// <param name="count">How many there are.</param>
    public void Send(Lane lane, int first, int count)
    {
        var deadline = _isImpatient ? Math.Min(Deadline, lane.PatientUntil()) : Deadline;
        var part = new BatchPart(this, lane, _positions.AsMemory(first, count), _parts, deadline);
        _parts = part;
        Interlocked.Increment(ref _open);
        try
        {
            lane.Enqueue(part);
        }
        catch (CacheUnavailableException full)
        {
            part.CompleteAbandoned(new LaneFailure(full, LaneFailureKind.Refused));
        }
    }

    /// <summary>Lets the try wait for something that happens in this process.</summary>
    public void Await(Task part)
    {
        Interlocked.Increment(ref _open);
        _ = part.ContinueWith(
            static (_, attempt) => ((BatchTry)attempt!).OnPartDone(), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Waits for all parts, after the last was sent.</summary>
    public ValueTask WaitAsync()
    {
        OnPartDone();
        return new ValueTask(this, _done.Version);
    }

    /// <summary>Ends what is still under way, because the caller gave up.</summary>
    public void Abandon(CancellationToken cancellationToken)
    {
        for (var part = _parts; part is not null; part = part.Before)
        {
            if (part.Lane.TryAbandon(part, out var wasSent))
            {
                part.CompleteAbandoned(new LaneFailure(new OperationCanceledException(cancellationToken), wasSent ? LaneFailureKind.NotAwaited : LaneFailureKind.NotSent));
            }
        }
    }

    public void Note(BatchPart part, in LaneFailure failure)
    {
        lock (this)
        {
            (Failures ??= []).Add(new BatchPartFailure(part.Lane, part.Positions, failure));
        }
    }

    public void OnPartDone()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _done.SetResult(true);
        }
    }

    /// <inheritdoc/>
    public void GetResult(short token) => _done.GetResult(token);

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _done.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);

    /// <summary>Gives back what was rented, when the try is done and its failures were read.</summary>
    public void Dispose() => ArrayPool<int>.Shared.Return(_positions);
}
