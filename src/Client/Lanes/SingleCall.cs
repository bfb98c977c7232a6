using System.Threading.Tasks.Sources;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Client.Lanes;

/// <summary>
/// A call of one operation: the entry that stands in the lane and the task that its caller awaits, in one object that is used again.
/// </summary>
/// <remarks>
/// Lane and caller each hold it, and the last to let go puts it back. Whoever ends it first - result, deadline or cancellation - does so for
/// all.
/// </remarks>
internal sealed class SingleCall : LaneEntry, IValueTaskSource<OperationResult>
{
    private const int MaxPooled = 256;
    private const int Open = 0;
    private const int Ended = 1;

    // A caller gets and lets go of its calls on the thread that completes them, so a pool for each thread needs no lock.
    [ThreadStatic]
    private static Stack<SingleCall>? _pool;

    private ManualResetValueTaskSourceCore<OperationResult> _source;
    private OperationRouter _router = null!;
    private Lane _lane = null!;
    private Operation _operation;
    private Memory<byte> _target;
    private OperationResult _result;
    private LaneFailure? _failure;
    private CancellationToken _cancellationToken;
    private CancellationTokenRegistration _registration;
    private long _hotStamp;
    private bool _isSpent;
    private int _state;
    private int _references;

    private SingleCall()
    {
    }

    public NamedCache Cache => _lane.Cache;

    public Lane Lane => _lane;

    public ref readonly Operation Operation => ref _operation;

    public CancellationToken CancellationToken => _cancellationToken;

    /// <summary>The result, when there is one.</summary>
    public ref readonly OperationResult Result => ref _result;

    /// <summary>Why there is none.</summary>
    public LaneFailure? Failure => _failure;

    public override bool IsFinished => Volatile.Read(ref _state) == Ended;

    /// <summary>Puts an operation into a lane.</summary>
    /// <param name="router">What takes over when the lane cannot end the call.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="deadline">When its time is over, by the clock's timestamps.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <param name="target">
    /// Where a value goes that fits; else it gets an array of its own. Written to as long as the call runs, and after it was given up too.
    /// </param>
    /// <exception cref="CacheUnavailableException">The lane is full.</exception>
    public static ValueTask<OperationResult> Execute(
        OperationRouter router, Lane lane, in Operation operation, long deadline, CancellationToken cancellationToken, Memory<byte> target = default)
    {
        var call = _pool is { Count: > 0 } pool ? pool.Pop() : new SingleCall();
        call._router = router;
        call._lane = lane;
        call._operation = operation;
        call._target = target;
        call._cancellationToken = cancellationToken;
        call._hotStamp = lane.Cache.HotCopies > 0 ? lane.Cache.Hot.StampOf(operation.Slot) : 0;
        call._state = Open;
        call._references = 2;
        call.Start(total: 1, operation.PayloadBytes, deadline);
        var task = new ValueTask<OperationResult>(call, call._source.Version);
        lane.Enqueue(call);
        if (cancellationToken.CanBeCanceled)
        {
            call._registration = cancellationToken.UnsafeRegister(static call => ((SingleCall)call!).Cancel(), call);
        }

        return task;
    }

    public override bool HasSession => _operation.Seen != default;

    public override bool MayBeSentAgain => _operation is { IsRepeatable: true, IsOfTransfer: false, IsOneTry: false };

    public override int PayloadBytesOf(int index) => _operation.PayloadBytes;

    public override void Pack(int first, int count, ref BatchWriter writer) => writer.Add(_operation.Header, _operation.Key, _operation.Value.Span, _operation.Seen);

    public override void Accept(int first, ReadOnlySpan<ShardResult> results, ReadOnlySpan<byte> values, ReadOnlySpan<LogPosition> positions)
    {
        var result = results[0];
        var value = values.Slice(result.ValueOffset, result.ValueLength);
        var position = positions.IsEmpty ? default : positions[0];
        if (result.IsHot || !Cache.Hot.IsEmpty)
        {
            Cache.Hot.Note(_operation, result, _hotStamp, _lane.Lanes.Time);
        }

        if (_target.IsEmpty || value.Length > _target.Length)
        {
            _result = new OperationResult(result, _operation.IsPooled ? PooledValue.Rent(value) : value.ToArray()) { Position = position };
            return;
        }

        value.CopyTo(_target.Span);
        _result = new OperationResult(result, _target[..value.Length]) { Position = position };
    }

    public override void Fail(int first, int count, in LaneFailure failure) => _failure = failure;

    public override void Finish(int count)
    {
        if (!IsFinished && _router.MustTryAgain(this))
        {
            // The lane's hold passes on to the router.
            return;
        }

        if (_failure is { } failure)
        {
            End(_router.ErrorOf(this, failure));
        }
        else if (_result.Result.Status == OperationStatus.Unknown)
        {
            End(CallErrors.OutcomeUnknown());
        }
        else
        {
            End(_result);
        }
    }

    /// <summary>Puts the call into its lane again, behind the others, because the reply was full.</summary>
    public void EnqueueAgain()
    {
        _result = default;
        Start(total: 1, _operation.PayloadBytes, Deadline);
        try
        {
            _lane.Enqueue(this);
        }
        catch (CacheUnavailableException full)
        {
            End(full);
        }
    }

    /// <summary>Ends the call with a result and lets go of it.</summary>
    public void End(in OperationResult result)
    {
        var isFirst = TryEnd();

        // Before the caller goes on: its next call can then have this very object.
        Release();
        if (isFirst)
        {
            _source.RunContinuationsAsynchronously = false;
            _source.SetResult(result);
        }
    }

    /// <summary>Ends the call with an error and lets go of it.</summary>
    public void End(Exception error)
    {
        var isFirst = TryEnd();
        Release();
        if (isFirst)
        {
            _source.RunContinuationsAsynchronously = false;
            _source.SetException(error);
        }
    }

    public override bool TryAbandon() => TryEnd();

    public override void CompleteAbandoned(in LaneFailure failure)
    {
        // Whoever cancels or looks after deadlines has other things to do than to run callers.
        _source.RunContinuationsAsynchronously = true;
        _source.SetException(_router.ErrorOf(this, failure));
    }

    public override bool IsMisplaced(RoutedNode node, GridSnapshot snapshot) => Owners.OwnerOf(_operation, snapshot) is { } owner && owner != node;

    public override void TakeBack(in LaneFailure failure)
    {
        // The caller's hold keeps the call as it is until it has its answer, whatever comes for the lane's meanwhile.
        _source.RunContinuationsAsynchronously = true;
        if (!_router.TryCarryOn(this, failure))
        {
            _source.SetException(_router.ErrorOf(this, failure));
        }
    }

    /// <summary>Ends a call that was taken back from its lane.</summary>
    public void EndElsewhere(in OperationResult result) => _source.SetResult(result);

    /// <summary>Ends a call that was taken back from its lane.</summary>
    public void EndElsewhere(Exception error) => _source.SetException(error);

    public override void Drop() => Release();

    /// <inheritdoc/>
    public OperationResult GetResult(short token)
    {
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            // A cancellation that came too late may still be looking at this object: it is not used again then.
            _isSpent = _cancellationToken.CanBeCanceled && !_registration.Unregister();
            Release();
        }
    }

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private bool TryEnd() => Interlocked.CompareExchange(ref _state, Ended, Open) == Open;

    private void Cancel()
    {
        if (_lane.TryAbandon(this, out var wasSent))
        {
            CompleteAbandoned(new LaneFailure(new OperationCanceledException(_cancellationToken), wasSent ? LaneFailureKind.NotAwaited : LaneFailureKind.NotSent));
        }
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _references) > 0 || _isSpent)
        {
            return;
        }

        _source.Reset();
        _operation = default;
        _target = default;
        _result = default;
        _failure = null;
        _cancellationToken = default;
        _registration = default;
        var pool = _pool ??= new Stack<SingleCall>(MaxPooled);
        if (pool.Count < MaxPooled)
        {
            pool.Push(this);
        }
    }
}
