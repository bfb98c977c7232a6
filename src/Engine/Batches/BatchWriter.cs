using System.Runtime.InteropServices;

namespace Orleans.Cache.Engine.Batches;

/// <summary>Builds the bytes of a request: room for all operations first, keys and values behind them. For one thread, once.</summary>
internal sealed class BatchWriter
{
    private readonly byte[] _bytes;
    private readonly int _head;
    private int _count;
    private int _end;

    /// <summary>Makes a request of exactly these sizes.</summary>
    /// <param name="operations">How many operations <see cref="Add"/> will add.</param>
    /// <param name="payloadBytes">The bytes of all their keys and values.</param>
    public BatchWriter(int operations, int payloadBytes)
    {
        _head = BatchFormat.RequestHeadBytes(operations);
        _bytes = GC.AllocateUninitializedArray<byte>(checked(_head + payloadBytes));
        _end = _head;
        BatchFormat.WriteHeader(_bytes, operations);
    }

    /// <summary>Adds an operation; its offsets and lengths are set here.</summary>
    public void Add(ShardOperation operation, CacheKey key, ReadOnlySpan<byte> value)
    {
        operation.KeyOffset = _end - _head;
        operation.KeyLength = checked((ushort)key.CopyTo(_bytes.AsSpan(_end)));
        _end += operation.KeyLength;
        operation.ValueOffset = _end - _head;
        operation.ValueLength = value.Length;
        value.CopyTo(_bytes.AsSpan(_end));
        _end += value.Length;
        MemoryMarshal.Write(_bytes.AsSpan(BatchFormat.HeaderBytes + (_count * ShardOperation.SizeInBytes)), in operation);
        _count++;
    }

    /// <summary>The request's bytes, when all operations are in.</summary>
    public byte[] ToArray() => _bytes;
}
