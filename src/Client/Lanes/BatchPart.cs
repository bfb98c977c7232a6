using Orleans.Cache.Client.Routing;
using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Client.Lanes;

/// <summary>The operations of a call that go to one silo.</summary>
internal sealed class BatchPart : LaneEntry
{
    private readonly Lock _lock = new();
    private readonly BatchTry _try;
    private readonly List<int> _positions;
    private int _open;
    private volatile bool _isEnded;

    public BatchPart(BatchTry @try, Lane lane, List<int> positions)
    {
        _try = @try;
        _positions = positions;
        _open = positions.Count;
        Lane = lane;
        var bytes = 0L;
        foreach (var position in positions)
        {
            bytes += @try.Operations[position].PayloadBytes;
        }

        Start(positions.Count, bytes, @try.Deadline);
    }

    public Lane Lane { get; }

    public IReadOnlyList<int> Positions => _positions;

    public override bool IsFinished => _isEnded;

    public override int PayloadBytesOf(int index) => _try.Operations[_positions[index]].PayloadBytes;

    public override void Pack(int first, int count, ref BatchWriter writer)
    {
        for (var index = first; index < first + count; index++)
        {
            ref readonly var operation = ref _try.Operations[_positions[index]];
            writer.Add(operation.Header, operation.Key, operation.Value.Span);
        }
    }

    public override void Accept(int first, ReadOnlySpan<ShardResult> results, ReadOnlySpan<byte> values)
    {
        // One array for all values: most calls look at them together, and let go of them together.
        var bytes = 0;
        foreach (ref readonly var result in results)
        {
            bytes += result.ValueLength;
        }

        var array = bytes == 0 ? [] : GC.AllocateUninitializedArray<byte>(bytes);
        var end = 0;
        lock (_lock)
        {
            for (var index = 0; index < results.Length && !_isEnded; index++)
            {
                ref readonly var result = ref results[index];
                var value = array.AsMemory(end, result.ValueLength);
                values.Slice(result.ValueOffset, result.ValueLength).CopyTo(value.Span);
                _try.Results[_positions[first + index]] = new OperationResult(result, value);
                end += result.ValueLength;
            }
        }
    }

    public override void Fail(int first, int count, in LaneFailure failure) => _try.Note(this, failure);

    public override void Finish(int count)
    {
        lock (_lock)
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
        lock (_lock)
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

    public override void Drop()
    {
        // Nobody waits for it any more.
    }
}
