using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Cache.Client.Lanes;
using Orleans.Cache.Client.Transfers;
using Orleans.Cache.Engine.Batches;
using OperationStatus = Orleans.Cache.Engine.Batches.OperationStatus;

namespace Orleans.Cache.Client.Routing;

/// <summary>
/// Brings the operations of a call to the silos that own their keys, and brings back a result for each.
/// </summary>
/// <remarks>
/// 1. An operation on a partition of this process is executed here, without a message.
/// 2. The others go into the lanes of the silos that own their keys: <see cref="SingleCall"/> for a call of one, <see cref="BatchTry"/> for
///    more.
/// 3. What comes back as moved is tried again by a newer snapshot until the call's deadline; so is what had no answer, if it is repeatable.
///    A write that is not ends in <see cref="CacheOutcomeUnknownException"/>. What found the reply full is asked for again at once.
/// 4. Values that are too large for one message are left to <see cref="ValueTransfers"/>.
/// Safe for any number of threads.
/// </remarks>
internal sealed partial class OperationRouter
{
    private const int MaxNodesOnStack = 64;
    private const int NoNode = -1;
    private const int Done = -1;

    private readonly ITopologySource _topology;
    private readonly LaneSet _lanes;
    private readonly LocalShards? _local;
    private readonly TimeProvider _time;
    private readonly CacheGridClientOptions _options;
    private readonly ValueTransfers _transfers;
    private readonly ILogger<OperationRouter> _logger;

    public OperationRouter(
        ITopologySource topology,
        LaneSet lanes,
        TimeProvider time,
        IOptions<CacheGridClientOptions> options,
        ILogger<OperationRouter> logger,
        LocalShards? local = null)
    {
        _topology = topology;
        _lanes = lanes;
        _local = local;
        _time = time;
        _options = options.Value;
        _logger = logger;
        _transfers = new ValueTransfers(this, time, _options);
    }

    /// <summary>The limits that operations are checked by. Before the first contact they are wide, and operations are checked again after it.</summary>
    public CacheLimits Limits => _topology.Current.Limits;

    /// <summary>The largest value that travels in one piece.</summary>
    public int MaxWholeValueBytes => _options.Lanes.MaxWholeValueBytes;

    /// <summary>Whether something without an answer may be sent again.</summary>
    public bool TrySpendRetry() => _lanes.Budget.TrySpend();

    /// <summary>When the time of a call that begins now is over.</summary>
    public long NewDeadline => _time.GetTimestamp() + _lanes.Timeout;

    /// <summary>Executes one operation.</summary>
    public ValueTask<OperationResult> ExecuteAsync(NamedCache cache, in Operation operation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var snapshot = _topology.Current;
        if (operation.Value.Length <= MaxWholeValueBytes && cache.IsIn(snapshot) && OwnerOf(operation, snapshot) is { } node)
        {
            if (!IsHere(node))
            {
                var deadline = _time.GetTimestamp() + _lanes.Timeout;
                return _options.Retries.HedgeReadsAfter is { } patience && !operation.IsWrite
                    ? HedgeAsync(node, cache, operation, patience, deadline, cancellationToken)
                    : SingleCall.Execute(this, node.LaneOf(cache), operation, deadline, cancellationToken);
            }

            if (_local!.TryExecute(cache.Name, operation, out var result))
            {
                return ValueTask.FromResult(result);
            }
        }

        return ExecuteAloneAsync(cache, operation, _time.GetTimestamp() + _lanes.Timeout, failure: null, cancellationToken);
    }

    /// <summary>Executes the operations of one call. None of their results is moved.</summary>
    public ValueTask ExecuteAsync(NamedCache cache, BatchCall call, CancellationToken cancellationToken) =>
        ExecuteAsync(cache, call, _time.GetTimestamp() + _lanes.Timeout, failure: null, cancellationToken);

    /// <summary>Executes one operation of a transfer on a silo, and nowhere else: it may be answered as moved.</summary>
    /// <param name="node">The silo.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="target">Where a value goes: see <see cref="SingleCall.Execute"/>.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public ValueTask<OperationResult> ExecuteOnAsync(RoutedNode node, NamedCache cache, in Operation operation, Memory<byte> target, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!IsHere(node))
        {
            return SingleCall.Execute(this, node.BulkLaneOf(cache), operation, NewDeadline, cancellationToken, target);
        }

        _local!.TryExecute(cache.Name, operation, out var result);
        return ValueTask.FromResult(result);
    }

    /// <summary>Finds the silo that owns an operation's key, waiting for one if need be.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="left">The silo that has just said that it does not own the key.</param>
    /// <param name="deadline">When to give up, by the clock's timestamps.</param>
    /// <param name="cancellationToken">Ends the wait early.</param>
    public async ValueTask<RoutedNode> FindOwnerAsync(
        NamedCache cache, Operation operation, RoutedNode? left, long deadline, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var snapshot = _topology.Current;
            if (!snapshot.IsKnown)
            {
                snapshot = await _topology.ConnectAsync(cancellationToken).ConfigureAwait(false);
                OperationFactory.CheckAgain([operation], snapshot.Limits);
            }

            if (!cache.IsIn(snapshot))
            {
                throw cache.Unknown();
            }

            if (OwnerOf(operation, snapshot) is { } owner && owner != left)
            {
                return owner;
            }

            if (_time.GetTimestamp() >= deadline)
            {
                throw NotServed(inner: null);
            }

            // After a look at the topology the same silo may be asked again: it may have been opening the partition.
            await WaitForChangeAsync(snapshot, deadline, cancellationToken).ConfigureAwait(false);
            left = null;
        }
    }

    /// <summary>Takes over a call that its lane could not end, if there is more to do for it.</summary>
    public bool MustTryAgain(SingleCall call)
    {
        var status = call.Result.Result.Status;
        if (call.Failure is null && status is OperationStatus.Deferred or OperationStatus.Chunked)
        {
            if (status == OperationStatus.Deferred)
            {
                call.EnqueueAgain();
            }
            else
            {
                _ = ReadChunkedAsync(call);
            }

            return true;
        }

        var isOfTransfer = call.Operation.IsOfTransfer;
        var again = !isOfTransfer && status is (OperationStatus.Moved or OperationStatus.NoRoom);
        if (call.Failure is { } failure)
        {
            again = !isOfTransfer && failure.Kind == LaneFailureKind.NoAnswer && call.Operation.IsRepeatable && _lanes.Budget.TrySpend();
            OnFailure(call.Lane, operations: 1, failure);
        }
        else if (again)
        {
            _lanes.Metrics.OnMoved(call.Cache.Name, operations: 1);
        }

        if (again)
        {
            _ = TryAgainAsync(call);
        }

        return again;
    }

    /// <summary>What a caller is told of a failure.</summary>
    public Exception ErrorOf(SingleCall call, in LaneFailure failure) => ErrorOf(call.Lane, call.Operation.IsWrite, failure);

    private Exception ErrorOf(Lane lane, bool isWrite, in LaneFailure failure) => failure switch
    {
        { Exception: CacheException or OperationCanceledException } => failure.Exception,
        { Kind: LaneFailureKind.NotSent } => NotServed(failure.Exception),
        _ when isWrite => OutcomeUnknown(lane.Node.Descriptor.Name, failure.Exception),
        _ => NotServed(failure.Exception),
    };

    private async ValueTask<OperationResult> ExecuteAloneAsync(
        NamedCache cache, Operation operation, long deadline, Exception? failure, CancellationToken cancellationToken)
    {
        using var call = new BatchCall(1);
        call.Operations[0] = operation;
        await ExecuteAsync(cache, call, deadline, failure, cancellationToken).ConfigureAwait(false);
        var result = call.Results[0];
        return operation.IsPooled ? result with { Value = PooledValue.Rent(result.Value.Span) } : result;
    }

    /// <summary>Reads the shortest way and, when that takes long, another way too.</summary>
    private async ValueTask<OperationResult> HedgeAsync(
        RoutedNode node, NamedCache cache, Operation operation, TimeSpan patience, long deadline, CancellationToken cancellationToken)
    {
        var first = SingleCall.Execute(this, node.LaneOf(cache), operation, deadline, cancellationToken).AsTask();
        var isLate = first != await Task.WhenAny(first, Task.Delay(patience, _time, cancellationToken)).ConfigureAwait(false);
        if (!isLate || cancellationToken.IsCancellationRequested || !_lanes.Budget.TrySpend())
        {
            return await first.ConfigureAwait(false);
        }

        var lane = node.RelayedLaneOf(cache);
        _lanes.Metrics.OnHedged(lane);
        var second = SingleCall.Execute(this, lane, operation, deadline, cancellationToken).AsTask();
        var winner = await Task.WhenAny(first, second).ConfigureAwait(false);
        var loser = winner == first ? second : first;
        if (!winner.IsCompletedSuccessfully)
        {
            (winner, loser) = (loser, winner);
        }

        _ = loser.ContinueWith(static loser => loser.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return await winner.ConfigureAwait(false);
    }

    private async Task ReadChunkedAsync(SingleCall call)
    {
        try
        {
            var isPooled = call.Operation.IsPooled;
            var result = await _transfers.ReadAsync(call.Cache, call.Operation, call.Result, call.CancellationToken).ConfigureAwait(false);
            call.End(isPooled ? result with { Value = PooledValue.Rent(result.Value.Span) } : result);
        }
#pragma warning disable CA1031 // As below.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            call.End(exception);
        }
    }

    private async Task TryAgainAsync(SingleCall call)
    {
        // The map that the call was routed by may have been replaced long ago; if not, somebody must look for a newer one.
        try
        {
            var snapshot = _topology.Current;
            if (call.Failure is null && OwnerOf(call.Operation, snapshot) == call.Lane.Node)
            {
                await WaitForChangeAsync(snapshot, call.Deadline, call.CancellationToken).ConfigureAwait(false);
            }

            call.End(await ExecuteAloneAsync(call.Cache, call.Operation, call.Deadline, call.Failure?.Exception, call.CancellationToken).ConfigureAwait(false));
        }
#pragma warning disable CA1031 // Whatever it is, the caller must learn of it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            call.End(exception);
        }
    }

    /// <summary>Tries until every operation has its result.</summary>
    /// <remarks><paramref name="failure"/>: Why an earlier try of them had no answer, if so: they may have been done.</remarks>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ExecuteAsync(NamedCache cache, BatchCall call, long deadline, Exception? failure, CancellationToken cancellationToken)
    {
        call.Results.Clear();
        MarkLargeWrites(call);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var snapshot = _topology.Current;
            if (!snapshot.IsKnown)
            {
                snapshot = await _topology.ConnectAsync(cancellationToken).ConfigureAwait(false);
                OperationFactory.CheckAgain(call.Operations, snapshot.Limits);
            }

            if (!cache.IsIn(snapshot))
            {
                throw cache.Unknown();
            }

            using (var attempt = new BatchTry(call, deadline))
            {
                if (!Start(attempt, cache, snapshot))
                {
                    break;
                }

                using (cancellationToken.UnsafeRegister(static (attempt, token) => ((BatchTry)attempt!).Abandon(token), attempt))
                {
                    await attempt.WaitAsync().ConfigureAwait(false);
                }

                failure = CheckFailures(attempt) ?? failure;
            }

            var moved = CountPending(call, out var deferred);
            if (moved + deferred == 0)
            {
                break;
            }

            if (moved == 0)
            {
                // Every reply that was too full for these has brought something.
                deadline = NewDeadline;
                continue;
            }

            _lanes.Metrics.OnMoved(cache.Name, moved);
            if (_time.GetTimestamp() >= deadline)
            {
                throw GiveUp(call, failure);
            }

            await WaitForChangeAsync(snapshot, deadline, cancellationToken).ConfigureAwait(false);
        }

        for (var position = 0; position < call.Count; position++)
        {
            if (call.Results[position].Result.Status == OperationStatus.Chunked)
            {
                var result = await _transfers.ExecuteAsync(cache, call.Operations[position], call.Results[position], cancellationToken).ConfigureAwait(false);
                call.Results[position] = result;
            }
        }
    }

    /// <summary>Leaves the writes of large values to the end of the call.</summary>
    private void MarkLargeWrites(in BatchCall call)
    {
        for (var position = 0; position < call.Count; position++)
        {
            if (call.Operations[position].Value.Length > MaxWholeValueBytes)
            {
                call.Results[position] = new OperationResult(new ShardResult { Status = OperationStatus.Chunked }, default);
            }
        }
    }

    /// <summary>Executes what is here, and sends the rest to its lanes.</summary>
    /// <returns>Whether anything was sent, or has to be tried again.</returns>
    private bool Start(BatchTry attempt, NamedCache cache, GridSnapshot snapshot)
    {
        // Sorted by owner (a counting sort), so that each silo's operations have their positions side by side. Without an owner comes last.
        var call = attempt.Call;
        var nodes = snapshot.Nodes.Count;
        var owners = ArrayPool<int>.Shared.Rent(call.Count);
        Span<int> ends = nodes < MaxNodesOnStack ? stackalloc int[MaxNodesOnStack + 1] : new int[nodes + 1];
        ends.Clear();
        var pending = 0;
        for (var position = 0; position < call.Count; position++)
        {
            owners[position] = Done;
            if (IsPending(call.Results[position]))
            {
                call.Results[position] = default;
                var owner = IndexOfOwner(call.Operations[position], snapshot);
                owners[position] = owner < 0 ? nodes : owner;
                ends[owners[position]]++;
                pending++;
            }
        }

        for (var node = 1; node <= nodes; node++)
        {
            ends[node] += ends[node - 1];
        }

        for (var position = call.Count - 1; position >= 0; position--)
        {
            if (owners[position] != Done)
            {
                attempt.Positions[--ends[owners[position]]] = position;
            }
        }

        ArrayPool<int>.Shared.Return(owners);
        var isOver = ends[nodes] == pending;
        var here = NoNode;
        for (var node = 0; node < nodes; node++)
        {
            var count = ends[node + 1] - ends[node];
            if (count > 0 && IsHere(snapshot.Nodes[node]))
            {
                here = node;
            }
            else if (count > 0)
            {
                attempt.Send(snapshot.Nodes[node].LaneOf(cache), ends[node], count);
                isOver = false;
            }
        }

        if (here != NoNode)
        {
            var positions = attempt.Positions[ends[here]..ends[here + 1]];
            isOver &= _local!.Execute(cache.Name, call.Operations, positions, call.Results);
        }

        return !isOver;
    }

    private Exception? CheckFailures(BatchTry attempt)
    {
        Exception? failure = null;
        foreach (var part in attempt.Failures ?? [])
        {
            failure = CheckFailure(part, attempt.Call);
        }

        return failure;
    }

    private Exception CheckFailure(in BatchPartFailure part, in BatchCall call)
    {
        var (unanswered, writes, unrepeatable) = (0, 0, 0);
        foreach (var position in part.Positions.Span)
        {
            ref readonly var operation = ref call.Operations[position];
            var isUnanswered = call.Results[position].Result.Status == OperationStatus.Pending;
            unanswered += isUnanswered ? 1 : 0;
            writes += isUnanswered && operation.IsWrite ? 1 : 0;
            unrepeatable += isUnanswered && !operation.IsRepeatable ? 1 : 0;
        }

        OnFailure(part.Lane, unanswered, part.Failure);
        if (part.Failure.Kind == LaneFailureKind.NoAnswer && unrepeatable == 0 && _lanes.Budget.TrySpend())
        {
            return part.Failure.Exception;
        }

        throw ErrorOf(part.Lane, writes > 0, part.Failure);
    }

    private async ValueTask WaitForChangeAsync(GridSnapshot snapshot, long deadline, CancellationToken cancellationToken)
    {
        var left = _time.GetElapsedTime(_time.GetTimestamp(), deadline);
        if (left <= TimeSpan.Zero)
        {
            return;
        }

        Task refresh = _topology.RefreshAsync(snapshot, cancellationToken).AsTask();
        await refresh.WaitAsync(left, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_topology.Current.Version == snapshot.Version)
        {
            // The grid is still changing: the new owner is opening the partition, or nobody has noticed yet that the old one is gone.
            // Or a large value needs more room than one attempt may make.
            await Task.Delay(_options.Retries.Delay, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private void OnFailure(Lane lane, int operations, in LaneFailure failure)
    {
        if (failure.Kind == LaneFailureKind.NoAnswer)
        {
            lane.Node.AvoidDirect();
            _lanes.Metrics.OnUnanswered(lane, operations);
            LogBatchFailed(lane.Node.Descriptor.Name, operations, failure.Exception);
        }
    }

    /// <remarks><paramref name="deferred"/>: Those that only found their reply full, which are not counted with the others.</remarks>
    private static int CountPending(in BatchCall call, out int deferred)
    {
        var pending = 0;
        deferred = 0;
        foreach (ref readonly var result in call.Results)
        {
            deferred += result.Result.Status == OperationStatus.Deferred ? 1 : 0;
            pending += IsPending(result) ? 1 : 0;
        }

        pending -= deferred;
        return pending;
    }

    private static bool IsPending(in OperationResult result) =>
        result.Result.Status is OperationStatus.Pending or OperationStatus.Moved or OperationStatus.NoRoom or OperationStatus.Deferred;

    private bool IsHere(RoutedNode node) => _local is not null && node.Descriptor.Address.Equals(_local.Silo);

    private static RoutedNode? OwnerOf(in Operation operation, GridSnapshot snapshot) =>
        IndexOfOwner(operation, snapshot) is >= 0 and var owner ? snapshot.Nodes[owner] : null;

    private static int IndexOfOwner(in Operation operation, GridSnapshot snapshot) =>
        snapshot.Map.OwnerOf(operation.Slot.PartitionOf(snapshot.Map.PartitionCount));

    private CacheException GiveUp(in BatchCall call, Exception? failure)
    {
        // Moved means not done; pending after a failure means that a message was lost, which a read does not mind.
        var waitsForRoom = true;
        for (var position = 0; position < call.Count; position++)
        {
            var status = call.Results[position].Result.Status;
            if (failure is not null && status == OperationStatus.Pending && call.Operations[position].IsWrite)
            {
                return OutcomeUnknown("of the key", failure);
            }

            waitsForRoom &= status == OperationStatus.NoRoom || !IsPending(call.Results[position]);
        }

        return waitsForRoom ? NoRoom() : NotServed(failure);
    }

    /// <summary>The error of a write for which no room was found until its time was over.</summary>
    public static CacheUnavailableException NoRoom() => new(
        "The silo found no room for the entry: other entries have to go first, or the system gives the silo less memory than Cache:MemoryBudgetBytes. Nothing was done: try again shortly, or lower the budget to what the machine has.");

    /// <summary>The error of a call whose time is over, and that has surely not been done.</summary>
    public CacheUnavailableException NotServed(Exception? inner) => new(
        $"The silo that owns the key did not serve it within {_options.OperationTimeout}; nothing was done. The grid is changing or has lost a silo: try again shortly.",
        inner);

    private static CacheOutcomeUnknownException OutcomeUnknown(string silo, Exception inner) => new(
        $"No answer came from the silo {silo}, so the write may or may not have been done. Read the entry before you write again.", inner);

    [LoggerMessage(EventIds.BatchFailed, LogLevel.Debug, "{Operations} operations sent to silo {Silo} had no answer.")]
    private partial void LogBatchFailed(string silo, int operations, Exception exception);
}
