using System.Runtime.InteropServices;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Engine.Batches;

/// <summary>Writes the bytes of a request in place: room for all operations first, keys and values behind them, and at the end what sessions have seen.</summary>
internal ref struct BatchWriter
{
    private readonly Span<byte> _request;
    private readonly int _head;
    private readonly int _positions;
    private int _count;
    private int _end;

    /// <summary>Whether an operation has an id.</summary>
    public bool HasMarks { get; private set; }

    /// <summary>Starts a request in a buffer of exactly <see cref="BatchFormat.RequestBytes"/>, and <see cref="BatchFormat.PositionBytes"/> for sessions.</summary>
    /// <param name="request">Where it is written.</param>
    /// <param name="operations">How many operations <see cref="Add"/> will add.</param>
    /// <param name="hasSessions">Whether some of them are of sessions.</param>
    public BatchWriter(Span<byte> request, int operations, bool hasSessions = false)
    {
        _request = request;
        _head = BatchFormat.RequestHeadBytes(operations);
        _end = _head;
        _positions = hasSessions ? request.Length - BatchFormat.PositionBytes(operations) : -1;
        BatchFormat.WriteHeader(request, operations, hasSessions);
    }

    /// <summary>Adds an operation; its offsets and lengths are set here.</summary>
    public void Add(ShardOperation operation, CacheKey key, ReadOnlySpan<byte> value, LogPosition seen = default)
    {
        if (_positions >= 0)
        {
            MemoryMarshal.Write(_request[(_positions + BatchFormat.PositionBytes(_count))..], in seen);
        }

        operation.KeyOffset = _end - _head;
        operation.KeyLength = checked((ushort)key.CopyTo(_request[_end..]));
        _end += operation.KeyLength;
        operation.ValueOffset = _end - _head;
        operation.ValueLength = value.Length;
        value.CopyTo(_request[_end..]);
        _end += value.Length;
        MemoryMarshal.Write(_request[(BatchFormat.HeaderBytes + (_count * ShardOperation.SizeInBytes))..], in operation);
        _count++;
        HasMarks |= operation.Mark != 0;
    }
}
