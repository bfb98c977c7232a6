using System.Buffers;
using System.Runtime.InteropServices;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Memory;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Grains.Nodes;

/// <summary>Executes batches that arrive as bytes on this silo's shards, and packs the reply. Safe for any number of threads.</summary>
internal sealed class BatchExecutor(ShardHost shards)
{
    private const int MostExpected = 1 << 20;

    /// <summary>A reply takes values up to here; a single one may be larger. What finds no room is asked for again: see docs/formats/batch.md.</summary>
    private const int MaxReplyValues = 1 << 20;

    [ThreadStatic]
    private static ValueBuffer? _buffer;

    /// <summary>How many bytes of values the last reply had: the best guess for the next.</summary>
    [ThreadStatic]
    private static int _lastValues;

    /// <summary>Executes a batch. The caller adds the version of the map.</summary>
    public BatchReply Execute(in BatchRequest request)
    {
        if (!shards.TryFindCache(request.Cache, out var cache))
        {
            return new BatchReply(BatchOutcome.UnknownCache, 0, null, null);
        }

        ReadOnlySpan<ShardOperation> operations;
        ReadOnlySpan<byte> payload;
        try
        {
            operations = BatchFormat.ReadRequest(request.Operations is { } bytes ? bytes.Span : default, shards.Settings.Limits.MaxBatchOperations, out payload);
        }
        catch (InvalidDataException exception)
        {
            return new BatchReply(BatchOutcome.Malformed, 0, null, exception.Message);
        }

        var results = ArrayPool<ShardResult>.Shared.Rent(operations.Length);
        try
        {
            // The reply is built in place: values behind the room that the results will take.
            var buffer = _buffer ??= new ValueBuffer();
            buffer.Reset(BatchFormat.ReplyHeadBytes(operations.Length), _lastValues);
            shards.Execute(cache, new ShardBatch(operations, payload, results.AsSpan(0, operations.Length), buffer, MaxReplyValues));
            BatchFormat.WriteHeader(buffer.Reserved, operations.Length);
            MemoryMarshal.AsBytes(results.AsSpan(0, operations.Length)).CopyTo(buffer.Reserved[BatchFormat.HeaderBytes..]);
            _lastValues = Math.Min(buffer.Length, MostExpected);
            var reply = buffer.Detach(out var length);
            return new BatchReply(BatchOutcome.Executed, 0, BatchBytes.ReplyOf(reply, length), null);
        }
        finally
        {
            ArrayPool<ShardResult>.Shared.Return(results);
        }
    }

    /// <summary>What the silo counted.</summary>
    public NodeStatistics GetStatistics(NodeSettings settings) =>
        new(settings.Name, shards.Settings.MemoryBudgetBytes, [.. shards.GetStatistics()]);
}
