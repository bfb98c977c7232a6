using Orleans.Cache.Client.Routing;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Replication;
using OperationStatus = Orleans.Cache.Engine.Batches.OperationStatus;

namespace Orleans.Cache.Client.Transfers;

/// <summary>Reads the ranges of a value from one silo into one array. Safe for any number of threads.</summary>
internal sealed class ValueReader(OperationRouter router, CacheLaneOptions limits)
{
    /// <summary>Reads a value, if it stays the same meanwhile: all its ranges come from the same silo and have the same version.</summary>
    /// <remarks><paramref name="expected"/>: Version and length that the value is expected to have.</remarks>
    /// <returns>
    /// The value; or <see cref="OperationStatus.Chunked"/> with another version and length than expected, when the value has changed; or that there
    /// is no entry any more, or that it moved.
    /// </returns>
    public async ValueTask<OperationResult> TryReadAsync(
        RoutedNode node, NamedCache cache, Operation operation, ShardResult expected, CancellationToken cancellationToken)
    {
        // Never used for another try: ranges that were given up may still be written to it.
        var value = GC.AllocateUninitializedArray<byte>(expected.TotalLength);
        var last = expected;
        var position = default(LogPosition);
        await ChunkRun.ExecuteAsync(value.Length, () => node.IsShared ? limits.SharedChunkBytes : limits.ChunkBytes, limits.MaxChunksInFlight, async (offset, length) =>
        {
            var range = operation with { Header = new ShardOperation { Kind = OperationKind.GetRange, KeyLength = operation.Header.KeyLength, Offset = offset, Length = length }, IsPooled = false };
            var result = await router.ExecuteOnAsync(node, cache, range, value.AsMemory(offset, length), cancellationToken).ConfigureAwait(false);
            lock (value)
            {
                position = result.Position > position ? result.Position : position;
            }

            var isSame = result.Result.Status == OperationStatus.Done && result.Result.Version == expected.Version && result.Result.TotalLength == value.Length;
            if (!isSame)
            {
                lock (value)
                {
                    last = result.Result;
                }

                return false;
            }

            if (result.Value.Length != length)
            {
                throw new InvalidDataException($"The silo {node.Descriptor.Name} answered a range of {length} bytes with {result.Value.Length}.");
            }

            // A silo in this process does not write to the place itself.
            if (!result.Value.Equals(value.AsMemory(offset, length)))
            {
                result.Value.CopyTo(value.AsMemory(offset, length));
            }

            return true;
        }).ConfigureAwait(false);

        if (last.Status == OperationStatus.Done)
        {
            // It was written meanwhile; nothing that was read is of use.
            return new OperationResult(last with { Status = OperationStatus.Chunked }, default);
        }

        return last.Status == OperationStatus.Chunked
            ? new OperationResult(expected with { Status = OperationStatus.Done }, value) { Position = position }
            : new OperationResult(last, default) { Position = position };
    }
}
