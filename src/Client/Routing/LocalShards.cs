using System.Buffers;
using System.Runtime.CompilerServices;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Memory;
using Orleans.Cache.Engine.Shards;
using OperationStatus = Orleans.Cache.Engine.Batches.OperationStatus;

namespace Orleans.Cache.Client.Routing;

/// <summary>
/// The shards that live in this process, when it hosts a silo: operations on them need no message. Safe for any number of threads.
/// </summary>
internal sealed class LocalShards
{
    private const int StackBytes = 1536;

    /// <summary>Values that are gathered for a batch before they are handed out.</summary>
    private const int MaxGathered = 16 << 20;

    /// <summary>A thread keeps a buffer of at most so many bytes for its next call.</summary>
    private const int MaxKept = 1 << 20;

    [ThreadStatic]
    private static ValueBuffer? _values;

    private readonly ShardHost _host;

    public LocalShards(ShardHost host, SiloAddress silo)
    {
        _host = host;
        Silo = silo;
        Reads = new LocalReads(host, this);
    }

    /// <summary>The silo of this process.</summary>
    public SiloAddress Silo { get; }

    /// <summary>The shortest way of gets.</summary>
    public LocalReads Reads { get; }

    /// <summary>Executes one operation here and now.</summary>
    /// <returns><see langword="false"/> when its partition is not open here, or when it has to be tried again because there was no room.</returns>
    [SkipLocalsInit]
    public bool TryExecute(string cache, in Operation operation, out OperationResult result)
    {
        // Key and value must lie in one span. Small ones are copied to the stack, which costs less than a rented array.
        var bytes = operation.PayloadBytes;
        var rented = bytes <= StackBytes ? null : ArrayPool<byte>.Shared.Rent(bytes);
        var payload = rented is null ? stackalloc byte[StackBytes] : rented.AsSpan();
        try
        {
            var header = operation.Header;
            header.KeyOffset = 0;
            header.ValueOffset = operation.Key.CopyTo(payload);
            header.ValueLength = operation.Value.Length;
            operation.Value.Span.CopyTo(payload[header.ValueOffset..]);

            var values = EmptyBuffer();
            var shardResult = Execute(IndexOf(cache), header, payload[..bytes], values);
            if (shardResult.Status == OperationStatus.Chunked)
            {
                result = ReadWhole(IndexOf(cache), header, payload[..bytes], shardResult.TotalLength);
                result = operation.IsPooled ? result with { Value = PooledValue.Rent(result.Value.Span) } : result;
            }
            else
            {
                result = new OperationResult(shardResult, operation.IsPooled ? PooledValue.Rent(values.Values) : values.Values.ToArray());
            }

            return result.Result.Status is not (OperationStatus.Moved or OperationStatus.NoRoom);
        }
        finally
        {
            ShrinkBuffer();
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    /// <summary>Executes operations of a call here and now.</summary>
    /// <returns>Whether none has to be tried again.</returns>
    public bool Execute(string cache, ReadOnlySpan<Operation> operations, ReadOnlySpan<int> positions, Span<OperationResult> results)
    {
        var bytes = 0;
        foreach (var position in positions)
        {
            bytes = checked(bytes + operations[position].PayloadBytes);
        }

        var payload = ArrayPool<byte>.Shared.Rent(bytes);
        var headers = ArrayPool<ShardOperation>.Shared.Rent(positions.Length);
        var shardResults = ArrayPool<ShardResult>.Shared.Rent(positions.Length);
        try
        {
            Pack(operations, positions, payload, headers);
            return Execute(IndexOf(cache), headers.AsSpan(0, positions.Length), payload.AsSpan(0, bytes), shardResults.AsSpan(0, positions.Length), positions, results);
        }
        finally
        {
            ShrinkBuffer();
            ArrayPool<byte>.Shared.Return(payload);
            ArrayPool<ShardOperation>.Shared.Return(headers);
            ArrayPool<ShardResult>.Shared.Return(shardResults);
        }
    }

    /// <summary>
    /// Executes packed operations; those that find no room for their values again, as often as it takes: all values of a batch together can be
    /// more than an array takes.
    /// </summary>
    private bool Execute(
        int cache, Span<ShardOperation> headers, ReadOnlySpan<byte> payload, Span<ShardResult> shardResults, ReadOnlySpan<int> positions, Span<OperationResult> results)
    {
        var areOpen = true;
        while (true)
        {
            var values = EmptyBuffer();
            _host.Execute(cache, new ShardBatch(headers, payload, shardResults, values, MaxGathered));
            areOpen &= Unpack(shardResults, values.Values.ToArray(), positions, results);
            var deferred = 0;
            for (var index = 0; index < headers.Length; index++)
            {
                if (shardResults[index].Status == OperationStatus.Chunked)
                {
                    results[positions[index]] = ReadWhole(cache, headers[index], payload, shardResults[index].TotalLength);
                    areOpen &= results[positions[index]].Result.Status != OperationStatus.Moved;
                }

                deferred += shardResults[index].Status == OperationStatus.Deferred ? 1 : 0;
            }

            if (deferred == 0)
            {
                return areOpen;
            }

            var left = new int[deferred];
            for (int index = 0, next = 0; index < headers.Length; index++)
            {
                if (shardResults[index].Status == OperationStatus.Deferred)
                {
                    left[next] = positions[index];
                    headers[next++] = headers[index];
                }
            }

            positions = left;
            headers = headers[..deferred];
            shardResults = shardResults[..deferred];
        }
    }

    /// <summary>Reads a large value straight into the array that the caller gets.</summary>
    public OperationResult ReadWhole(int cache, in ShardOperation get, ReadOnlySpan<byte> payload, int length)
    {
        while (true)
        {
            var value = GC.AllocateUninitializedArray<byte>(length);
            var range = new ShardOperation { Kind = OperationKind.GetRange, KeyOffset = get.KeyOffset, KeyLength = get.KeyLength, Length = length };
            var result = Execute(cache, range, payload, new ValueBuffer(value));
            if (result.Status != OperationStatus.Done || result.TotalLength == length)
            {
                return new OperationResult(result, value.AsMemory(0, result.ValueLength));
            }

            // It was written since.
            length = result.TotalLength;
        }
    }

    private ShardResult Execute(int cache, in ShardOperation operation, ReadOnlySpan<byte> payload, ValueBuffer values)
    {
        var result = default(ShardResult);
        _host.Execute(cache, new ShardBatch(new ReadOnlySpan<ShardOperation>(in operation), payload, new Span<ShardResult>(ref result), values));
        return result;
    }

    private static void Pack(ReadOnlySpan<Operation> operations, ReadOnlySpan<int> positions, Span<byte> payload, Span<ShardOperation> headers)
    {
        var end = 0;
        for (var index = 0; index < positions.Length; index++)
        {
            ref readonly var operation = ref operations[positions[index]];
            ref var header = ref headers[index];
            header = operation.Header;
            header.KeyOffset = end;
            end += operation.Key.CopyTo(payload[end..]);
            header.ValueOffset = end;
            operation.Value.Span.CopyTo(payload[end..]);
            end += operation.Value.Length;
        }
    }

    private static bool Unpack(ReadOnlySpan<ShardResult> shardResults, byte[] values, ReadOnlySpan<int> positions, Span<OperationResult> results)
    {
        var areDone = true;
        for (var index = 0; index < positions.Length; index++)
        {
            ref readonly var result = ref shardResults[index];
            results[positions[index]] = new OperationResult(result, values.AsMemory(result.ValueOffset, result.ValueLength));
            areDone &= result.Status is not (OperationStatus.Moved or OperationStatus.NoRoom);
        }

        return areDone;
    }

    private static ValueBuffer EmptyBuffer()
    {
        var values = _values ??= new ValueBuffer();
        values.Reset();
        return values;
    }

    private static void ShrinkBuffer()
    {
        if (_values is { Capacity: > MaxKept } values)
        {
            values.Dispose();
        }
    }

    private int IndexOf(string cache) => _host.TryFindCache(cache, out var index) ? index : throw CacheRequestException.UnknownCache(cache, _host.CacheNames);
}
