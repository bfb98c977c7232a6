using Orleans.Cache.Client.Routing;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Client.Lanes;

/// <summary>The operations of a call that go to one silo.</summary>
/// <remarks>Nothing of the call is looked at any more once the part has ended, because the caller has its arrays back then.</remarks>
internal sealed class BatchPart : LaneEntry
{
    private readonly BatchTry _try;

    // Of each operation, where hot keys may be announced: see HotEntries.StampOf.
    private readonly long[]? _hotStamps;
    private int _open;
    private volatile bool _isEnded;

    public BatchPart(BatchTry @try, Lane lane, ReadOnlyMemory<int> positions, BatchPart? before, long deadline)
    {
        _try = @try;
        _open = positions.Length;
        Lane = lane;
        Positions = positions;
        Before = before;
        var bytes = 0L;
        _hotStamps = lane.Cache.HotCopies > 0 && !@try.Call.Operations[positions.Span[0]].IsWrite ? new long[positions.Length] : null;
        for (var index = 0; index < positions.Length; index++)
        {
            ref readonly var operation = ref @try.Call.Operations[positions.Span[index]];
            bytes += operation.PayloadBytes;
            HasSession |= operation.Seen != default;
            _hotStamps?[index] = lane.Cache.Hot.StampOf(operation.Slot);
        }

        Start(positions.Length, bytes, deadline);
    }

    public Lane Lane { get; }

    /// <summary>Where the operations stand in the call.</summary>
    public ReadOnlyMemory<int> Positions { get; }

    /// <summary>The part that was sent before this one.</summary>
    public BatchPart? Before { get; }

    public override bool IsFinished => _isEnded;

    public override bool HasSession { get; }

    public override bool MayBeSentAgain
    {
        get
        {
            foreach (var position in Positions.Span)
            {
                if (!_try.Call.Operations[position].IsRepeatable)
                {
                    return false;
                }
            }

            return true;
        }
    }

    public override int PayloadBytesOf(int index) => _try.Call.Operations[Positions.Span[index]].PayloadBytes;

    public override void Pack(int first, int count, ref BatchWriter writer)
    {
        var operations = _try.Call.Operations;
        foreach (var position in Positions.Span.Slice(first, count))
        {
            ref readonly var operation = ref operations[position];
            writer.Add(operation.HeaderSince(_try.Began, Lane.Lanes.Time), operation.Key, operation.Value.Span, operation.Seen);
        }
    }

    public override void Accept(int first, ReadOnlySpan<ShardResult> results, ReadOnlySpan<byte> values, ReadOnlySpan<LogPosition> seen)
    {
        // One array for all values: most calls look at them together, and let go of them together.
        var bytes = 0;
        foreach (ref readonly var result in results)
        {
            bytes += result.ValueLength;
        }

        var array = bytes == 0 ? [] : GC.AllocateUninitializedArray<byte>(bytes);
        lock (this)
        {
            if (!_isEnded)
            {
                NoteHotKeys(first, results);
                Copy(results, values, array, seen, _try.Call.Results, Positions.Span[first..]);
            }
        }
    }

    public override void Fail(int first, int count, in LaneFailure failure) => _try.Note(this, failure);

    public override void Finish(int count)
    {
        lock (this)
        {
            _open -= count;
            if (_open > 0 || _isEnded)
            {
                return;
            }

            _isEnded = true;
        }

        _try.OnPartDone();
    }

    public override bool TryAbandon()
    {
        lock (this)
        {
            var isFirst = !_isEnded;
            _isEnded = true;
            return isFirst;
        }
    }

    public override void CompleteAbandoned(in LaneFailure failure)
    {
        _try.Note(this, failure);
        ThreadPool.UnsafeQueueUserWorkItem(static part => part._try.OnPartDone(), this, preferLocal: false);
    }

    public override bool IsMisplaced(RoutedNode node, GridSnapshot snapshot)
    {
        foreach (var position in Positions.Span)
        {
            if (Owners.OwnerOf(_try.Call.Operations[position], snapshot) is { } owner && owner != node)
            {
                return true;
            }
        }

        return false;
    }

    // The router of the call tries again, by the newer map.
    public override void TakeBack(in LaneFailure failure) => CompleteAbandoned(failure with { Kind = LaneFailureKind.TakenBack });

    public override void Drop()
    {
        // Nobody waits for it any more.
    }

    private void NoteHotKeys(int first, ReadOnlySpan<ShardResult> results)
    {
        for (var index = 0; _hotStamps is not null && index < results.Length; index++)
        {
            if (results[index].IsHot || !Lane.Cache.Hot.IsEmpty)
            {
                Lane.Cache.Hot.Note(_try.Call.Operations[Positions.Span[first + index]], results[index], _hotStamps[first + index], Lane.Lanes.Time);
            }
        }
    }

    private static void Copy(ReadOnlySpan<ShardResult> from, ReadOnlySpan<byte> values, byte[] array, ReadOnlySpan<LogPosition> seen, Span<OperationResult> to, ReadOnlySpan<int> positions)
    {
        var end = 0;
        for (var index = 0; index < from.Length; index++)
        {
            ref readonly var result = ref from[index];
            var value = array.AsMemory(end, result.ValueLength);
            values.Slice(result.ValueOffset, result.ValueLength).CopyTo(value.Span);
            to[positions[index]] = new OperationResult(result, value) { Position = seen.IsEmpty ? default : seen[index] };
            end += result.ValueLength;
        }
    }
}
