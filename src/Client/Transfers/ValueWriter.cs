using System.Buffers.Binary;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Loading;
using Orleans.Cache.Engine.Shards;
using OperationStatus = Orleans.Cache.Engine.Batches.OperationStatus;

namespace Orleans.Cache.Client.Transfers;

/// <summary>
/// Sends a value to one silo: its chunks first, which change nothing that others see, then the commit, which sets it. Safe for any number of
/// threads.
/// </summary>
internal sealed class ValueWriter(OperationRouter router, CacheLaneOptions limits)
{
    /// <summary>Sends a value and sets it.</summary>
    /// <returns>
    /// What became of the set; or that the silo does not own the key, does not take the chunks, or does not have all of them any more: it was not
    /// done then.
    /// </returns>
    /// <exception cref="CacheUnavailableException">Not done: a chunk had no answer.</exception>
    /// <exception cref="CacheOutcomeUnknownException">The commit had no answer.</exception>
    public async ValueTask<OperationResult> TryWriteAsync(RoutedNode node, NamedCache cache, Operation set, CancellationToken cancellationToken)
    {
        var id = Random.Shared.NextInt64();
        var isSettled = false;

        // Mark and tags go with the commit, the value goes ahead.
        var head = set.Value[..HeadBytesOf(set)];
        set = set with { Value = set.Value[head.Length..] };
        try
        {
            var refusal = await StageAsync(node, cache, set, id, cancellationToken).ConfigureAwait(false);
            if (refusal is { } refused)
            {
                return refused;
            }

            var bytes = new byte[sizeof(long) + head.Length];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, id);
            head.CopyTo(bytes.AsMemory(sizeof(long)));
            var commit = set with { Header = set.Header with { Kind = OperationKind.Commit, ValueLength = bytes.Length, Mark = 0 }, Value = bytes };
            var result = await router.ExecuteOnAsync(node, cache, commit, target: default, cancellationToken).ConfigureAwait(false);
            isSettled = result.Result.Status != OperationStatus.Moved;
            return result;
        }
        finally
        {
            if (!isSettled)
            {
                _ = DiscardAsync(node, cache, set, id);
            }
        }
    }

    private async ValueTask<OperationResult?> StageAsync(RoutedNode node, NamedCache cache, Operation set, long id, CancellationToken cancellationToken)
    {
        OperationResult? refusal = null;
        var value = set.Value;
        await ChunkRun.ExecuteAsync(value.Length, () => node.IsShared ? limits.SharedChunkBytes : limits.ChunkBytes, limits.MaxChunksInFlight, async (offset, length) =>
        {
            var header = new ShardOperation { Kind = OperationKind.Stage, KeyLength = set.Header.KeyLength, Argument = id, Offset = offset, Length = value.Length };
            var chunk = set with { Header = header, Value = value.Slice(offset, length) };
            var result = await router.ExecuteOnAsync(node, cache, chunk, target: default, cancellationToken).ConfigureAwait(false);
            if (result.Result.Status == OperationStatus.Done)
            {
                return true;
            }

            refusal = result;
            return false;
        }).ConfigureAwait(false);
        return refusal;
    }

    /// <summary>What stands before the value and is not its own.</summary>
    private static int HeadBytesOf(in Operation set)
    {
        var mark = set.IsLoadSet ? LoadMark.SizeInBytes : 0;
        return mark + (set.Header.Kind == OperationKind.SetTagged ? TagSection.BytesOf(set.Value.Span[mark]) : 0);
    }

    private async Task DiscardAsync(RoutedNode node, NamedCache cache, Operation set, long id)
    {
        try
        {
            var header = new ShardOperation { Kind = OperationKind.Discard, KeyLength = set.Header.KeyLength, Argument = id };
            await router.ExecuteOnAsync(node, cache, set with { Header = header, Value = default }, target: default, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The silo forgets by itself what it is not told to discard.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
