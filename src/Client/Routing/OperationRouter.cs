using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Orleans.Cache.Client.HotKeys;
using Orleans.Cache.Client.Lanes;
using Orleans.Cache.Client.Transfers;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Replication;
using OperationStatus = Orleans.Cache.Engine.Batches.OperationStatus;

namespace Orleans.Cache.Client.Routing;

/// <summary>
/// Brings the operations of a call to the silos that own their keys, and brings back a result for each.
/// </summary>
/// <remarks>
/// 1. An operation on a partition of this process is executed here, without a message.
///    So is a read that any copy may answer where one is here; the others of those are left to <see cref="AnyReads"/>, and reads of hot keys
///    to <see cref="HotReads"/>, also those of a batch (<see cref="HotBatches"/>).
/// 2. The others go into the lanes of the silos that own their keys: <see cref="SingleCall"/> for a call of one, <see cref="BatchTry"/> for
///    more.
/// 3. What comes back as moved is tried again by a newer snapshot until the call's deadline; so is what had no answer, if it is repeatable.
///    A write that is not ends in <see cref="CacheOutcomeUnknownException"/>. What found the reply full is asked for again at once.
/// 4. Values that are too large for one message are left to <see cref="ValueTransfers"/>.
/// Safe for any number of threads.
/// </remarks>
internal sealed class OperationRouter
{
    private readonly Owners _owners;
    private readonly LaneSet _lanes;
    private readonly CallErrors _errors;
    private readonly LocalShards? _local;
    private readonly TimeProvider _time;
    private readonly CacheGridClientOptions _options;
    private readonly ValueTransfers _transfers;
    private readonly BatchRouter _batches;
    private readonly AnyReads _anyReads;
    private readonly HotReads _hotReads;
    private readonly HotBatches _hotBatches;

    public OperationRouter(
        Owners owners, LaneSet lanes, CallErrors errors, TimeProvider time, IOptions<CacheGridClientOptions> options, LocalShards? local = null, HotCopies? copies = null)
    {
        _owners = owners;
        _lanes = lanes;
        _errors = errors;
        _local = local;
        _time = time;
        _options = options.Value;
        _transfers = new ValueTransfers(this, errors, time, _options);
        var choice = new CopyChoice(owners);
        _batches = new BatchRouter(owners, choice, lanes, errors, time, _transfers, _options.Lanes.MaxWholeValueBytes, local);
        _anyReads = new AnyReads(this, owners, choice, lanes, time, local);
        _hotReads = new HotReads(this, owners, lanes, time, copies);
        _hotBatches = new HotBatches(this, time);
    }

    /// <summary>The limits that operations are checked by. Before the first contact they are wide, and operations are checked again after it.</summary>
    public CacheLimits Limits => _owners.Current.Limits;

    /// <summary>The largest value that travels in one piece.</summary>
    public int MaxWholeValueBytes => _options.Lanes.MaxWholeValueBytes;

    /// <summary>Whether something without an answer may be sent again.</summary>
    public bool TrySpendRetry() => _lanes.Budget.TrySpend();

    /// <summary>When the time of a call that begins now is over.</summary>
    public long NewDeadline => _time.GetTimestamp() + _lanes.Timeout;

    /// <summary>Reads one key at once, if its entry is in this process.</summary>
    public bool TryReadHere(NamedCache cache, CacheKey key, CacheReadLevel level, out CacheEntry entry)
    {
        entry = default;
        var snapshot = _owners.Current;
        return _local is not null && cache.IsIn(snapshot) && _local.Reads.TryRead(cache.Name, key, level, snapshot.Limits, out entry);
    }

    /// <summary>Reads the keys at once whose entries are in this process.</summary>
    /// <returns>The positions of the others, in a rented array; <see langword="null"/> when nothing was read.</returns>
    public int[]? ReadHere(NamedCache cache, ReadOnlySpan<CacheKey> keys, CacheReadLevel level, Span<CacheEntry> entries, out int left)
    {
        left = keys.Length;
        var snapshot = _owners.Current;
        if (_local is null || !cache.IsIn(snapshot) || keys.Length > snapshot.Limits.MaxBatchOperations)
        {
            return null;
        }

        var positions = ArrayPool<int>.Shared.Rent(keys.Length);
        left = _local.Reads.Read(cache.Name, keys, level, snapshot.Limits, entries, positions);
        return positions;
    }

    /// <summary>Executes one operation.</summary>
    public ValueTask<OperationResult> ExecuteAsync(NamedCache cache, in Operation operation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (CopyChoice.IsFree(operation))
        {
            return _anyReads.ExecuteAsync(cache, operation, NewDeadline, cancellationToken);
        }

        if (operation.Header.Level == ReadLevel.Hot && !cache.Hot.IsEmpty && !operation.IsWrite && cache.Hot.Find(operation, _time) is { } entry)
        {
            return _hotReads.ExecuteAsync(cache, operation, entry, NewDeadline, cancellationToken);
        }

        var snapshot = _owners.Current;
        if (operation.Value.Length <= MaxWholeValueBytes && cache.IsIn(snapshot) && Owners.OwnerOf(operation, snapshot) is { } node)
        {
            if (!_owners.IsHere(node))
            {
                var deadline = NewDeadline;
                return _options.Retries.HedgeReadsAfter is { } patience && !operation.IsWrite
                    ? HedgeAsync(node, cache, operation, patience, deadline, cancellationToken)
                    : SingleCall.Execute(this, node.LaneOf(cache), operation, deadline, cancellationToken);
            }

            if (_local!.TryExecute(cache.Name, operation, out var result, out var wait))
            {
                return wait is null ? ValueTask.FromResult(result) : SettleAsync(wait, cache, operation, result, NewDeadline, cancellationToken);
            }

            return TryAgainAsync(cache, operation, result, NewDeadline, cancellationToken);
        }

        return ExecuteAloneAsync(cache, operation, NewDeadline, failure: null, cancellationToken);
    }

    /// <summary>Executes the operations of one call. None of their results is moved.</summary>
    public ValueTask ExecuteAsync(NamedCache cache, BatchCall call, CancellationToken cancellationToken) =>
        _batches.ExecuteAsync(cache, call, NewDeadline, failure: null, cancellationToken);

    /// <summary>Executes the reads of one call, of which hot copies may answer those that <see cref="ReadLevel.Hot"/> would let them.</summary>
    public ValueTask ExecuteSpreadAsync(NamedCache cache, BatchCall call, CancellationToken cancellationToken) =>
        _hotBatches.ExecuteAsync(cache, call, cancellationToken);

    /// <summary>Executes one operation of a transfer on a silo, and nowhere else: it may be answered as moved.</summary>
    /// <param name="node">The silo.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="target">Where a value goes: see <see cref="SingleCall.Execute"/>.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public ValueTask<OperationResult> ExecuteOnAsync(RoutedNode node, NamedCache cache, in Operation operation, Memory<byte> target, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_owners.IsHere(node))
        {
            return SingleCall.Execute(this, node.BulkLaneOf(cache), operation, NewDeadline, cancellationToken, target);
        }

        _local!.TryExecute(cache.Name, operation, out var result, out var wait);
        return wait is null && result.Result.Status != OperationStatus.Unknown ? ValueTask.FromResult(result) : WaitAsync(wait, result);

        static async ValueTask<OperationResult> WaitAsync(BatchWait? wait, OperationResult result)
        {
            result = wait is null ? result : await LocalShards.SettleAsync(wait, result).ConfigureAwait(false);
            return result.Result.Status == OperationStatus.Unknown ? throw CallErrors.OutcomeUnknown() : result;
        }
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
            var snapshot = await _owners.ConnectAsync(cache, new[] { operation }, cancellationToken).ConfigureAwait(false);
            if (Owners.OwnerOf(operation, snapshot) is { } owner && owner != left)
            {
                return owner;
            }

            if (_time.GetTimestamp() >= deadline)
            {
                throw _errors.NotServed(inner: null);
            }

            // After a look at the topology the same silo may be asked again: it may have been opening the partition.
            await _owners.WaitForChangeAsync(snapshot, deadline, cancellationToken).ConfigureAwait(false);
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

        var isOneTry = call.Operation.IsOfTransfer || call.Operation.IsOneTry;
        var again = !isOneTry && (status is OperationStatus.Moved or OperationStatus.Behind or OperationStatus.NoRoom || (status == OperationStatus.Unknown && MayRepeat(call.Operation)));
        if (call.Failure is { } failure)
        {
            again = !isOneTry && failure.Kind == LaneFailureKind.NoAnswer && call.Operation.IsRepeatable && _lanes.Budget.TrySpend();
            _errors.OnFailure(call.Lane, operations: 1, failure);
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

    /// <summary>Executes a call elsewhere that was taken back from a silo which does not answer, if it may be sent again.</summary>
    public bool TryCarryOn(SingleCall call, in LaneFailure failure)
    {
        _errors.OnFailure(call.Lane, operations: 1, failure);
        var mayBeDone = failure.Kind != LaneFailureKind.NotSent;
        if (call.Operation.IsOfTransfer || (mayBeDone && (!call.Operation.IsRepeatable || !_lanes.Budget.TrySpend())))
        {
            return false;
        }

        _ = CarryOnAsync(call, mayBeDone ? failure.Exception : null);
        return true;
    }

    /// <summary>What a caller is told of a failure.</summary>
    public Exception ErrorOf(SingleCall call, in LaneFailure failure) => _errors.ErrorOf(call.Lane, call.Operation.IsWrite, failure);

    /// <summary>Whether something that may have been done already may be done again.</summary>
    private bool MayRepeat(in Operation operation) => operation.IsRepeatable && _lanes.Budget.TrySpend();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<OperationResult> SettleAsync(
        BatchWait wait, NamedCache cache, Operation operation, OperationResult result, long deadline, CancellationToken cancellationToken)
    {
        result = await LocalShards.SettleAsync(wait, result).ConfigureAwait(false);
        return LocalShards.MustTryAgain(result.Result.Status) || result.Result.Status == OperationStatus.Chunked
            ? await TryAgainAsync(cache, operation, result, deadline, cancellationToken).ConfigureAwait(false)
            : result;
    }

    private ValueTask<OperationResult> TryAgainAsync(
        NamedCache cache, in Operation operation, in OperationResult result, long deadline, CancellationToken cancellationToken)
    {
        var isUnknown = result.Result.Status == OperationStatus.Unknown;
        return isUnknown && !MayRepeat(operation)
            ? ValueTask.FromException<OperationResult>(CallErrors.OutcomeUnknown())
            : ExecuteAloneAsync(cache, operation, deadline, isUnknown ? CallErrors.OutcomeUnknown() : null, cancellationToken);
    }

    /// <summary>Executes one operation as a call of its own, which is tried until its deadline.</summary>
    public async ValueTask<OperationResult> ExecuteAloneAsync(
        NamedCache cache, Operation operation, long deadline, Exception? failure, CancellationToken cancellationToken)
    {
        using var call = new BatchCall(1);
        call.Operations[0] = operation;
        await _batches.ExecuteAsync(cache, call, deadline, failure, cancellationToken).ConfigureAwait(false);
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

    private async Task CarryOnAsync(SingleCall call, Exception? failure)
    {
        try
        {
            call.EndElsewhere(await ExecuteAloneAsync(call.Cache, call.Operation, call.Deadline, failure, call.CancellationToken).ConfigureAwait(false));
        }
#pragma warning disable CA1031 // As below.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            call.EndElsewhere(exception);
        }
    }

    private async Task TryAgainAsync(SingleCall call)
    {
        // The map that the call was routed by may have been replaced long ago; if not, somebody must look for a newer one.
        try
        {
            var snapshot = _owners.Current;
            if (call.Failure is null && Owners.OwnerOf(call.Operation, snapshot) == call.Lane.Node)
            {
                await _owners.WaitForChangeAsync(snapshot, call.Deadline, call.CancellationToken).ConfigureAwait(false);
            }

            var failure = call.Failure?.Exception ?? (call.Result.Result.Status == OperationStatus.Unknown ? CallErrors.OutcomeUnknown() : null);
            call.End(await ExecuteAloneAsync(call.Cache, call.Operation, call.Deadline, failure, call.CancellationToken).ConfigureAwait(false));
        }
#pragma warning disable CA1031 // Whatever it is, the caller must learn of it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            call.End(exception);
        }
    }
}
