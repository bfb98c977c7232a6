using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Client.Lanes;

/// <summary>The lane on which every call travels alone: one message to the silo and one back.</summary>
internal sealed class DirectLane(RoutedNode node, Func<IReadOnlyList<string>> knownCaches) : ILane
{
    public async ValueTask<long> SendAsync(
        string cache,
        Operation[] operations,
        IReadOnlyList<int> positions,
        OperationResult[] results,
        long mapVersion,
        CancellationToken cancellationToken)
    {
        var bytes = Pack(operations, positions);
        var call = node.Door.ExecuteAsync(new BatchRequest(node.Descriptor.Address, mapVersion, cache, bytes));

        // A token that cannot be cancelled costs no task.
        var reply = cancellationToken.CanBeCanceled
            ? await call.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false)
            : await call.ConfigureAwait(false);
        switch (reply.Outcome)
        {
            case BatchOutcome.Executed:
                Unpack(reply.Results, positions, results);
                break;
            case BatchOutcome.UnknownCache:
                throw CacheRequestException.UnknownCache(cache, knownCaches());
            case BatchOutcome.Malformed:
                throw CacheRequestException.Malformed(reply.Error ?? string.Empty);
            default:
                MarkMoved(positions, results);
                break;
        }

        return reply.MapVersion;
    }

    private static byte[] Pack(Operation[] operations, IReadOnlyList<int> positions)
    {
        var payload = 0;
        foreach (var position in positions)
        {
            payload = checked(payload + operations[position].PayloadBytes);
        }

        var writer = new BatchWriter(positions.Count, payload);
        foreach (var position in positions)
        {
            ref readonly var operation = ref operations[position];
            writer.Add(operation.Header, operation.Key, operation.Value.Span);
        }

        return writer.ToArray();
    }

    private static void Unpack(byte[] reply, IReadOnlyList<int> positions, OperationResult[] results)
    {
        var shardResults = BatchFormat.ReadReply(reply, positions.Count, out var values);
        var valuesStart = reply.Length - values.Length;
        for (var index = 0; index < shardResults.Length; index++)
        {
            ref readonly var result = ref shardResults[index];
            results[positions[index]] = new OperationResult(result, reply.AsMemory(valuesStart + result.ValueOffset, result.ValueLength));
        }
    }

    private static void MarkMoved(IReadOnlyList<int> positions, OperationResult[] results)
    {
        foreach (var position in positions)
        {
            results[position] = new OperationResult(new ShardResult { Status = OperationStatus.Moved }, default);
        }
    }
}
