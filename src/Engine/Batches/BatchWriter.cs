using System.Runtime.InteropServices;

namespace Orleans.Cache.Engine.Batches;

/// <summary>Writes the bytes of a request in place: room for all operations first, keys and values behind them.</summary>
internal ref struct BatchWriter
{
    private readonly Span<byte> _request;
    private readonly int _head;
    private int _count;
    private int _end;

    /// <summary>Whether an operation has an id.</summary>
    public bool HasMarks { get; private set; }

    /// <summary>Starts a request in a buffer of exactly <see cref="BatchFormat.RequestBytes"/>.</summary>
    /// <param name="request">Where it is written.</param>
    /// <param name="operations">How many operations <see cref="Add"/> will add.</param>
    public BatchWriter(Span<byte> request, int operations)
    {
        _request = request;
        _head = BatchFormat.RequestHeadBytes(operations);
        _end = _head;
        BatchFormat.WriteHeader(request, operations);
    }

    /// <summary>Adds an operation; its offsets and lengths are set here.</summary>
    public void Add(ShardOperation operation, CacheKey key, ReadOnlySpan<byte> value)
    {
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
