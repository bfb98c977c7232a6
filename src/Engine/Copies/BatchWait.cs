using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Engine.Copies;

/// <summary>
/// What of a batch waits until other copies have its writes. Awaited once, then applied to the results, then disposed of: so it is used again.
/// </summary>
/// <remarks>Replies come from any thread, under locks of copies; whoever awaits goes on elsewhere.</remarks>
internal sealed class BatchWait : IValueTaskSource, IDisposable
{
    private const int MaxPooled = 64;

    [ThreadStatic]
    private static Stack<BatchWait>? _pool;

    private CopyLock _lock;
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private readonly Dictionary<int, ShardResult> _first = [];
    private Slot[] _slots = new Slot[8];
    private int _count;
    private int _open;
    private bool _isTimedOut;

    private BatchWait()
    {
    }

    /// <summary>The list of those that wait, which it is in from <see cref="TryEnd"/> to <see cref="Dispose"/>, and its place there.</summary>
    public WaitList? List { get; set; }

    public BatchWait? Older { get; set; }

    public BatchWait? Newer { get; set; }

    /// <summary>When the wait is over in any case, by the clock's timestamps.</summary>
    public long Deadline { get; set; }

    /// <summary>How many operations waited.</summary>
    public int Count => _count;

    /// <summary>Whether all replies have come, or the wait has ended without them.</summary>
    public bool IsOver => _source.GetStatus(_source.Version) != ValueTaskSourceStatus.Pending;

    private struct Slot
    {
        public int Index;
        public bool IsWrite;
        public OperationStatus Status;
        public byte Copies;
    }

    /// <summary>Takes an object for a batch that is being executed.</summary>
    public static BatchWait Rent()
    {
        var wait = _pool is { Count: > 0 } pool ? pool.Pop() : new BatchWait();
        wait._open = 1;
        return wait;
    }

    /// <summary>Adds an operation of the batch that will be replied to.</summary>
    /// <returns>The number by which the reply names it.</returns>
    public int Add(int index, bool isWrite)
    {
        using (_lock.Enter())
        {
            if (_count == _slots.Length)
            {
                Array.Resize(ref _slots, _count * 2);
            }

            _slots[_count] = new Slot { Index = index, IsWrite = isWrite };
            _open++;
            return _count++;
        }
    }

    /// <summary>Lets the whole batch wait for one thing more, until <see cref="Release"/>.</summary>
    public void Hold()
    {
        using (_lock.Enter())
        {
            _open++;
        }
    }

    /// <summary>Ends what <see cref="Hold"/> began.</summary>
    public void Release()
    {
        using (_lock.Enter())
        {
            if (_isTimedOut || --_open > 0)
            {
                return;
            }
        }

        _source.SetResult(true);
    }

    /// <summary>Takes the reply to an operation.</summary>
    /// <remarks><paramref name="result"/>: What the operation was answered first, if it has an id; else empty.</remarks>
    public void Reply(long number, ReplyStatus status, int copies, ReadOnlySpan<byte> result)
    {
        using (_lock.Enter())
        {
            if (_isTimedOut)
            {
                return;
            }

            if (!result.IsEmpty)
            {
                _first[(int)number] = MemoryMarshal.Read<ShardResult>(result);
            }

            ref var slot = ref _slots[number];
            slot.Copies = (byte)copies;
            slot.Status = status switch
            {
                ReplyStatus.Done => OperationStatus.Done,
                ReplyStatus.Unknown => OperationStatus.Unknown,
                ReplyStatus.Forgotten => OperationStatus.Forgotten,
                ReplyStatus.NoMajority => OperationStatus.NoMajority,
                _ => OperationStatus.Moved,
            };
            if (--_open > 0)
            {
                return;
            }
        }

        _source.SetResult(true);
    }

    /// <summary>The batch was executed.</summary>
    /// <returns>Whether nothing waits any more; if not, the wait is to be awaited.</returns>
    public bool TryEnd()
    {
        using (_lock.Enter())
        {
            return --_open == 0;
        }
    }

    /// <summary>Ends the wait: what has no reply is not known, or, if it was a read, not answered.</summary>
    public void TimeOut()
    {
        using (_lock.Enter())
        {
            if (_open == 0)
            {
                return;
            }

            _open = 0;
            _isTimedOut = true;
            foreach (ref var slot in _slots.AsSpan(0, _count))
            {
                if (slot.Status == OperationStatus.Pending)
                {
                    slot.Status = slot.IsWrite ? OperationStatus.Unknown : OperationStatus.Moved;
                }
            }
        }

        _source.SetResult(true);
    }

    /// <summary>Waits until all replies have come.</summary>
    public ValueTask WaitAsync() => new(this, _source.Version);

    /// <summary>Puts what came of the wait of one operation into its result, after the wait.</summary>
    public void Settle(int number, ref ShardResult result)
    {
        ref readonly var slot = ref _slots[number];
        if (slot.Status != OperationStatus.Done)
        {
            result = new ShardResult { Status = slot.Status };
            return;
        }

        if (_first.Count > 0 && _first.TryGetValue(number, out var first))
        {
            result = first;
        }

        if (slot.IsWrite && result.Status == OperationStatus.Done)
        {
            result.Copies = slot.Copies;
        }
    }

    /// <summary>The position in the batch of an operation that waited.</summary>
    public int IndexOf(int number) => _slots[number].Index;

    /// <summary>Lets go of a wait that nobody will await.</summary>
    public void Abandon()
    {
        TimeOut();
        Dispose();
    }

    /// <summary>Puts what came of the wait into the results of the batch.</summary>
    public void Settle(Span<ShardResult> results)
    {
        for (var number = 0; number < _count; number++)
        {
            Settle(number, ref results[_slots[number].Index]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        List?.Remove(this);
        if (_isTimedOut)
        {
            // Replies may come still; they find an object that nobody uses.
            return;
        }

        _count = 0;
        _first.Clear();
        _source.Reset();
        var pool = _pool ??= new Stack<BatchWait>(MaxPooled);
        if (pool.Count < MaxPooled)
        {
            pool.Push(this);
        }
    }

    /// <inheritdoc/>
    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
