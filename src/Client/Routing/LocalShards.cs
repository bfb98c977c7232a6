using System.Buffers;
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
    private static ValueBuffer? _values;

    /// <summary>The silo of this process.</summary>
    public SiloAddress Silo => silo;

    /// <summary>Executes one operation here and now.</summary>
    /// <returns><see langword="false"/> when its partition is not open here, or when it has to be tried again because there was no room.</returns>
    public bool TryExecute(string cache, in Operation operation, out OperationResult result)
    {
        if (!host.TryFindCache(cache, out var index))
        {
            throw CacheRequestException.UnknownCache(cache, host.CacheNames);
        }

        // Key and value must lie in one span. Small ones are copied to the stack, which costs less than a rented array.
        var bytes = operation.PayloadBytes;
        var rented = bytes <= StackBytes ? null : ArrayPool<byte>.Shared.Rent(bytes);
        var payload = rented is null ? stackalloc byte[StackBytes] : rented.AsSpan();
        try
        {
            var header = operation.Header;
            header.KeyOffset = 0;
            header.ValueOffset = operation.Key.CopyTo(payload);
            operation.Value.Span.CopyTo(payload[header.ValueOffset..]);

            var values = _values ??= new ValueBuffer();
            values.Reset();
            var shardResult = default(ShardResult);
            host.Execute(index, new ShardBatch(new ReadOnlySpan<ShardOperation>(in header), payload[..bytes], new Span<ShardResult>(ref shardResult), values));
            result = new OperationResult(shardResult, values.Values.ToArray());
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
}
