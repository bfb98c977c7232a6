using Orleans.Cache.Client.Routing;

namespace Orleans.Cache.Client.Lanes;

/// <summary>One try of a call with several operations: a part in the lane of each silo that owns some of the keys.</summary>
/// <remarks>For one call; its parts are completed by any threads.</remarks>
internal sealed class BatchTry(Operation[] operations, OperationResult[] results, long deadline)
{
    private readonly Lock _lock = new();
    private readonly List<BatchPart> _parts = [];
    private readonly TaskCompletionSource _done = new();
    private int _open = 1;

    public Operation[] Operations => operations;

    public OperationResult[] Results => results;

    public long Deadline => deadline;

    /// <summary>Why parts have no result, or not all of theirs. Read when the try is done.</summary>
    public List<BatchPartFailure> Failures { get; } = [];

    /// <summary>Puts operations into a lane.</summary>
    /// <param name="lane">The lane to the silo that owns their keys.</param>
    /// <param name="positions">Where they stand in the call.</param>
    public void Send(Lane lane, List<int> positions)
    {
        var part = new BatchPart(this, lane, positions);
        _parts.Add(part);
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

    /// <summary>Waits for all parts, after the last was sent.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        OnPartDone();
        using var registration = cancellationToken.UnsafeRegister(static (state, token) => ((BatchTry)state!).Abandon(token), this);
        await _done.Task.ConfigureAwait(false);
    }

    public void Note(BatchPart part, in LaneFailure failure)
    {
        lock (_lock)
        {
            Failures.Add(new BatchPartFailure(part.Lane, part.Positions, failure));
        }
    }

    public void OnPartDone()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _done.SetResult();
        }
    }

    private void Abandon(CancellationToken cancellationToken)
    {
        foreach (var part in _parts)
        {
            if (part.Lane.TryAbandon(part, out var wasSent))
            {
                part.CompleteAbandoned(new LaneFailure(new OperationCanceledException(cancellationToken), wasSent ? LaneFailureKind.NotAwaited : LaneFailureKind.NotSent));
            }
        }
    }
}
