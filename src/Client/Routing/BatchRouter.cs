using System.Buffers;
using System.Runtime.CompilerServices;
using Orleans.Cache.Client.Lanes;
using Orleans.Cache.Client.Transfers;
using Orleans.Cache.Engine.Batches;
using OperationStatus = Orleans.Cache.Engine.Batches.OperationStatus;

namespace Orleans.Cache.Client.Routing;

/// <summary>Executes the operations of a call that has several, or that has to be tried again: each on the silo that owns its key.</summary>
/// <remarks>Safe for any number of threads.</remarks>
internal sealed class BatchRouter(
    Owners owners, CopyChoice choice, LaneSet lanes, CallErrors errors, TimeProvider time, ValueTransfers transfers, int maxWholeValueBytes, LocalShards? local)
{
    private const int MaxNodesOnStack = 64;

    /// <summary>As many copies as a partition may have: so often a silo that is slow is left for another.</summary>
    private const int MostImpatientTries = 4;

    private const int NoNode = -1;
    private const int Done = -1;

    /// <summary>Tries until every operation has its result.</summary>
    /// <remarks><paramref name="failure"/>: Why an earlier try of them had no answer, if so: they may have been done.</remarks>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ExecuteAsync(NamedCache cache, BatchCall call, long deadline, Exception? failure, CancellationToken cancellationToken)
    {
        var began = deadline - lanes.Timeout;
        call.Results.Clear();
        MarkLargeWrites(call);
        var failed = failure is null ? null : owners.Current;
        var doubts = failure is null ? null : WriteDoubts.OfAll(call);
        var isFree = call.Count > 0 && CopyChoice.IsFree(call.Operations[0]);
        for (var tries = 0; ; tries++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var snapshot = await owners.ConnectAsync(cache, call.Memory, cancellationToken).ConfigureAwait(false);
            if (ReferenceEquals(snapshot, failed) && IsSilent(cache, call, snapshot))
            {
                if (time.GetTimestamp() >= deadline)
                {
                    throw GiveUp(call, failure, doubts);
                }

                // The silo was asked just now, and its place will be taken: this is learnt from the others.
                await owners.WaitForChangeAsync(snapshot, deadline, cancellationToken).ConfigureAwait(false);
                continue;
            }

            failed = snapshot;
            using (var attempt = new BatchTry(call, deadline, isFree && tries < MostImpatientTries) { Began = began })
            {
                if (!Start(attempt, cache, snapshot, prefersOwner: tries % 2 == 1))
                {
                    break;
                }

                using (cancellationToken.UnsafeRegister(static (attempt, token) => ((BatchTry)attempt!).Abandon(token), attempt))
                {
                    await attempt.WaitAsync().ConfigureAwait(false);
                }

                WriteDoubts.Note(ref doubts, attempt);
                failure = CheckFailures(attempt, doubts, cancellationToken) ?? CheckUnknown(call) ?? failure;
            }

            var moved = CountPending(call, out var deferred);
            if (moved + deferred == 0)
            {
                break;
            }

            if (moved == 0)
            {
                // Every reply that was too full for these has brought something.
                deadline = time.GetTimestamp() + lanes.Timeout;
                continue;
            }

            lanes.Metrics.OnMoved(cache.Name, moved);
            if (time.GetTimestamp() >= deadline)
            {
                throw GiveUp(call, failure, doubts);
            }

            if (!isFree || tries % 2 == 1)
            {
                await owners.WaitForChangeAsync(snapshot, deadline, cancellationToken).ConfigureAwait(false);
            }
        }

        for (var position = 0; position < call.Count; position++)
        {
            if (doubts?.Has(position) == true && call.Results[position].Result.Status == OperationStatus.NoMajority)
            {
                // This attempt was refused; the one before it was not.
                call.Results[position] = new OperationResult(new ShardResult { Status = OperationStatus.Forgotten }, default);
            }

            if (call.Results[position].Result.Status == OperationStatus.Chunked && !call.Operations[position].LeavesValue)
            {
                var result = await transfers.ExecuteAsync(cache, call.Operations[position], call.Results[position], cancellationToken).ConfigureAwait(false);
                call.Results[position] = result;
            }
        }
    }

    /// <summary>Leaves the writes of large values to the end of the call.</summary>
    private void MarkLargeWrites(in BatchCall call)
    {
        for (var position = 0; position < call.Count; position++)
        {
            if (call.Operations[position].Value.Length > maxWholeValueBytes)
            {
                call.Results[position] = new OperationResult(new ShardResult { Status = OperationStatus.Chunked }, default);
            }
        }
    }

    /// <summary>Executes what is here, and sends the rest to its lanes.</summary>
    /// <returns>Whether anything was sent, or has to be tried again.</returns>
    private bool Start(BatchTry attempt, NamedCache cache, GridSnapshot snapshot, bool prefersOwner)
    {
        // Sorted by owner (a counting sort), so that each silo's operations have their positions side by side. Without an owner comes last.
        var call = attempt.Call;
        var nodes = snapshot.Nodes.Count;
        var ownerOf = ArrayPool<int>.Shared.Rent(call.Count);
        Span<int> ends = nodes < MaxNodesOnStack ? stackalloc int[MaxNodesOnStack + 1] : new int[nodes + 1];
        ends.Clear();
        var pending = 0;
        for (var position = 0; position < call.Count; position++)
        {
            ownerOf[position] = Done;
            if (IsPending(call.Results[position]))
            {
                call.Results[position] = default;
                var owner = choice.IndexOf(cache, call.Operations[position], snapshot, prefersOwner);
                ownerOf[position] = owner < 0 ? nodes : owner;
                ends[ownerOf[position]]++;
                pending++;
            }
        }

        for (var node = 1; node <= nodes; node++)
        {
            ends[node] += ends[node - 1];
        }

        for (var position = call.Count - 1; position >= 0; position--)
        {
            if (ownerOf[position] != Done)
            {
                attempt.Positions[--ends[ownerOf[position]]] = position;
            }
        }

        ArrayPool<int>.Shared.Return(ownerOf);
        var isOver = ends[nodes] == pending;
        var here = NoNode;
        for (var node = 0; node < nodes; node++)
        {
            var count = ends[node + 1] - ends[node];
            if (count > 0 && owners.IsHere(snapshot.Nodes[node]))
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
            isOver &= local!.Execute(cache.Name, call.Operations, positions, call.Results, attempt.Began, out var waits);
            if (waits is not null)
            {
                attempt.Await(LocalShards.SettleAsync(waits, call));
                isOver = false;
            }
        }

        return !isOver;
    }

    /// <summary>Gives up when a write may have been done that must not be done twice.</summary>
    private CacheOutcomeUnknownException? CheckUnknown(in BatchCall call)
    {
        CacheOutcomeUnknownException? unknown = null;
        for (var position = 0; position < call.Count; position++)
        {
            if (call.Results[position].Result.Status == OperationStatus.Unknown)
            {
                unknown ??= CallErrors.OutcomeUnknown();
                if (!call.Operations[position].IsRepeatable || !lanes.Budget.TrySpend())
                {
                    throw unknown;
                }
            }
        }

        return unknown;
    }

    /// <summary>Whether an operation without a result would go to a silo that has just given no answer.</summary>
    private bool IsSilent(NamedCache cache, in BatchCall call, GridSnapshot snapshot)
    {
        for (var position = 0; position < call.Count; position++)
        {
            if (IsPending(call.Results[position]) && choice.IndexOf(cache, call.Operations[position], snapshot, prefersOwner: true) is >= 0 and var index
                && snapshot.Nodes[index].IsSilent)
            {
                return true;
            }
        }

        return false;
    }

    private Exception? CheckFailures(BatchTry attempt, WriteDoubts? doubts, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        foreach (var part in attempt.Failures ?? [])
        {
            failure = CheckFailure(part, attempt, doubts, cancellationToken);
        }

        return failure;
    }

    private Exception CheckFailure(in BatchPartFailure part, BatchTry attempt, WriteDoubts? doubts, CancellationToken cancellationToken)
    {
        ref readonly var call = ref attempt.Call;
        var (unanswered, writes, unrepeatable) = (0, 0, 0);
        foreach (var position in part.Positions.Span)
        {
            ref readonly var operation = ref call.Operations[position];
            var isUnanswered = call.Results[position].Result.Status == OperationStatus.Pending;
            unanswered += isUnanswered ? 1 : 0;
            writes += isUnanswered && operation.IsWrite ? 1 : 0;
            unrepeatable += isUnanswered && !operation.IsRepeatable ? 1 : 0;
        }

        errors.OnFailure(part.Lane, unanswered, part.Failure);
        if (part.Failure.Kind is LaneFailureKind.NoAnswer or LaneFailureKind.TakenBack && unrepeatable == 0 && lanes.Budget.TrySpend())
        {
            return part.Failure.Exception;
        }

        if (attempt.IsImpatient && part.Failure.Kind is LaneFailureKind.NotAwaited or LaneFailureKind.NotSent && !cancellationToken.IsCancellationRequested
            && time.GetTimestamp() < attempt.Deadline && lanes.Budget.TrySpend())
        {
            part.Lane.Node.NoteSilence();
            lanes.Metrics.OnHedged(part.Lane);
            return part.Failure.Exception;
        }

        var error = errors.ErrorOf(part.Lane, writes > 0, part.Failure);
        throw error is CacheUnavailableException ? InDoubt(call, error, doubts) ?? error : error;
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
        result.Result.Status is OperationStatus.Pending or OperationStatus.Moved or OperationStatus.Behind or OperationStatus.NoRoom or OperationStatus.Deferred or OperationStatus.Unknown;

    private CacheException GiveUp(in BatchCall call, Exception? failure, WriteDoubts? doubts)
    {
        if (InDoubt(call, failure, doubts) is { } unknown)
        {
            return unknown;
        }

        var waitsForRoom = true;
        for (var position = 0; position < call.Count; position++)
        {
            var result = call.Results[position];
            waitsForRoom &= result.Result.Status == OperationStatus.NoRoom || !IsPending(result);
        }

        return waitsForRoom ? CallErrors.NoRoom() : errors.NotServed(failure);
    }

    /// <summary>The error of a call with a write that has no result, and that some attempt may have done; <see langword="null"/> if there is none.</summary>
    private static CacheOutcomeUnknownException? InDoubt(in BatchCall call, Exception? failure, WriteDoubts? doubts)
    {
        for (var position = 0; doubts is not null && position < call.Count; position++)
        {
            if (doubts.Has(position) && IsPending(call.Results[position]))
            {
                return failure as CacheOutcomeUnknownException ?? (failure is null ? CallErrors.OutcomeUnknown() : CallErrors.OutcomeUnknown("of the key", failure));
            }
        }

        return null;
    }
}
