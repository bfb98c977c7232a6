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
internal sealed class LocalShards(ShardHost host, SiloAddress silo)
{
    private const int StackBytes = 1536;

    [ThreadStatic]
    private static ValueBuffer? s_values;

    /// <summary>The silo of this process.</summary>
    public SiloAddress Silo => silo;

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
            header.ValueOffset = operation.Key.CopyTo(payload);
            operation.Value.Span.CopyTo(payload[header.ValueOffset..]);

            var values = EmptyBuffer();
            var shardResult = default(ShardResult);
            host.Execute(IndexOf(cache), new ShardBatch(new ReadOnlySpan<ShardOperation>(in header), payload[..bytes], new Span<ShardResult>(ref shardResult), values));
            result = new OperationResult(shardResult, operation.IsPooled ? PooledValue.Rent(values.Values) : values.Values.ToArray());
            return shardResult.Status is not (OperationStatus.Moved or OperationStatus.NoRoom);
        }
        finally
        {
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
            var values = EmptyBuffer();
            host.Execute(IndexOf(cache), new ShardBatch(headers.AsSpan(0, positions.Length), payload.AsSpan(0, bytes), shardResults.AsSpan(0, positions.Length), values));
            return Unpack(shardResults.AsSpan(0, positions.Length), values.Values.ToArray(), positions, results);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(payload);
            ArrayPool<ShardOperation>.Shared.Return(headers);
            ArrayPool<ShardResult>.Shared.Return(shardResults);
        }
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
        var values = s_values ??= new ValueBuffer();
        values.Reset();
        return values;
    }

    private int IndexOf(string cache) => host.TryFindCache(cache, out var index) ? index : throw CacheRequestException.UnknownCache(cache, host.CacheNames);
}
