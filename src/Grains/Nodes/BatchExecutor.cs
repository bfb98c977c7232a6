using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Orleans.Cache.Client.HotKeys;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Memory;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.Grains.Topology;
using OperationStatus = Orleans.Cache.Engine.Batches.OperationStatus;

namespace Orleans.Cache.Grains.Nodes;

/// <summary>Executes batches that arrive as bytes on this silo's shards, and packs the reply. Safe for any number of threads.</summary>
internal sealed class BatchExecutor(ShardHost shards, HotCopies copies, NodeTopology topology, TimeProvider time)
{
    private const int MostExpected = 1 << 20;

    /// <summary>A reply takes values up to here; a single one may be larger. What finds no room is asked for again: see docs/formats/batch.md.</summary>
    private const int MaxReplyValues = 1 << 20;

    private const double MicrosecondsPerSecond = 1e6;

    [ThreadStatic]
    private static ValueBuffer? _buffer;

    /// <summary>How many bytes of values the last reply had: the best guess for the next.</summary>
    [ThreadStatic]
    private static int _lastValues;

    /// <summary>
    /// Executes a batch, before it returns; the reply may wait for other copies of what was written.
    /// </summary>
    /// <param name="cacheName">The cache's name.</param>
    /// <param name="request">The operations: see docs/formats/batch.md. Not looked at any more when this returns.</param>
    /// <param name="sentAfter">See <see cref="BatchRequest.SentAfter"/>.</param>
    public ValueTask<BatchReply> ExecuteAsync(string cacheName, ReadOnlySpan<byte> request, long sentAfter)
    {
        if (!topology.Joined)
        {
            topology.CalledAt = time.GetTimestamp();
        }

        if (!shards.TryFindCache(cacheName, out var cache))
        {
            return ValueTask.FromResult(new BatchReply(BatchOutcome.UnknownCache, topology.Current.Version, null, null));
        }

        ReadOnlySpan<ShardOperation> operations;
        ReadOnlySpan<byte> payload;
        ReadOnlySpan<LogPosition> sessions;
        try
        {
            operations = BatchFormat.ReadRequest(request, shards.Settings.Limits.MaxBatchOperations, out payload);
            sessions = operations.IsEmpty ? default : BatchFormat.PositionsOf(request, operations.Length, payload);
        }
        catch (InvalidDataException exception)
        {
            return ValueTask.FromResult(new BatchReply(BatchOutcome.Malformed, topology.Current.Version, null, exception.Message));
        }

        var count = operations.Length;
        var results = ArrayPool<ShardResult>.Shared.Rent(count);
        var positions = sessions.IsEmpty ? null : new LogPosition[count];
        var isWaiting = false;
        try
        {
            // The reply is built in place: values behind the room that the results will take.
            var buffer = _buffer ??= new ValueBuffer();
            buffer.Reset(BatchFormat.ReplyHeadBytes(count), _lastValues);
            var batch = new ShardBatch(operations, payload, results.AsSpan(0, count), buffer, MaxReplyValues, ToTimestamp(sentAfter)) { Sessions = sessions, Positions = positions };
            var wait = shards.Execute(cache, batch);
            ReadCopies(cacheName, batch);
            if (positions is not null)
            {
                buffer.Append(MemoryMarshal.AsBytes(positions.AsSpan()));
            }

            _lastValues = Math.Min(buffer.Length, MostExpected);
            var reply = buffer.Detach(out var length);
            if (wait is null)
            {
                return ValueTask.FromResult(Pack(reply, length, results, count, positions is not null));
            }

            isWaiting = true;
            return WaitAsync(wait, reply, length, results, count, positions is not null);
        }
        finally
        {
            if (!isWaiting)
            {
                ArrayPool<ShardResult>.Shared.Return(results);
            }
        }
    }

    private long Clock => (long)(time.GetTimestamp() / (time.TimestampFrequency / MicrosecondsPerSecond));

    /// <summary>What the silo counted.</summary>
    public NodeStatistics GetStatistics(NodeSettings settings) =>
        new(settings.Name, shards.Settings.MemoryBudgetBytes, [.. shards.GetStatistics()]);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<BatchReply> WaitAsync(BatchWait wait, byte[] reply, int length, ShardResult[] results, int count, bool hasPositions)
    {
        await wait.WaitAsync().ConfigureAwait(false);
        wait.Settle(results.AsSpan(0, count));
        wait.Dispose();
        var packed = Pack(reply, length, results, count, hasPositions);
        ArrayPool<ShardResult>.Shared.Return(results);
        return packed;
    }

    /// <summary>Answers what asks for hot keys that other silos own, as far as there are copies of them here.</summary>
    private void ReadCopies(string cache, in ShardBatch batch)
    {
        for (var index = 0; index < batch.Operations.Length; index++)
        {
            ref readonly var operation = ref batch.Operations[index];
            ref var result = ref batch.Results[index];
            if (result.Status != OperationStatus.Moved || operation is not { Level: ReadLevel.Hot, Kind: OperationKind.Get })
            {
                continue;
            }

            var found = default(ShardResult);
            if (copies.TryRead(cache, batch.KeyOf(operation), ref found) is not { } value || (operation.Argument > 0 && value.Length > operation.Argument))
            {
                continue;
            }

            if (!batch.HasRoomFor(value.Length))
            {
                result.Status = OperationStatus.Deferred;
                continue;
            }

            result = found;
            result.ValueOffset = batch.Values.Append(value.Span);
            result.ValueLength = value.Length;
        }
    }

    private long ToTimestamp(long microseconds) =>
        microseconds == 0 ? ShardBatch.NeverSent : (long)(microseconds * (time.TimestampFrequency / MicrosecondsPerSecond));

    private BatchReply Pack(byte[] reply, int length, ShardResult[] results, int count, bool hasPositions)
    {
        BatchFormat.WriteHeader(reply, count, hasPositions);
        MemoryMarshal.AsBytes(results.AsSpan(0, count)).CopyTo(reply.AsSpan(BatchFormat.HeaderBytes));
        return new BatchReply(BatchOutcome.Executed, topology.Current.Version, BatchBytes.ReplyOf(reply, length), null, Clock);
    }
}
