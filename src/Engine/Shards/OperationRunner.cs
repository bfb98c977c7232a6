using System.Buffers.Binary;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Copies;

namespace Orleans.Cache.Engine.Shards;

/// <summary>
/// Brings one operation of a batch to its end: turns under the shard's lock, and between them what takes too long for it - making room, and
/// copying large values. Safe for any number of threads.
/// </summary>
internal sealed class OperationRunner(RoomMaker room, StagingArea staging)
{
    /// <summary>Executes an operation of a batch, on a partition that was open.</summary>
    /// <returns>Whether it renewed a sliding expiration by so much that other copies must be told.</returns>
    public bool Run(CacheStore store, in ShardBatch batch, int index, ulong hash, int partition, ref BatchMoment moment)
    {
        ref readonly var operation = ref batch.Operations[index];
        ref var result = ref batch.Results[index];
        switch (operation.Kind)
        {
            case OperationKind.Stage:
                result.Status = staging.Stage(store, operation, batch.ValueOf(operation), moment.Now);
                break;
            case OperationKind.Discard:
                result.Status = staging.Discard(store, operation.Argument, moment.Now);
                break;
            case OperationKind.Commit:
                Commit(store, batch, operation, hash, partition, ref moment, ref result);
                break;
            default:
                var value = batch.ValueOf(operation);
                ReadOnlySpan<byte> tags = default;
                var hasTags = operation.Kind == OperationKind.SetTagged || (operation.Kind == OperationKind.Increment && !value.IsEmpty);
                if (hasTags && !TagSection.TrySplit(value, out tags, out value))
                {
                    result.Status = OperationStatus.Invalid;
                    return false;
                }

                return Run(store, batch, operation, value, tags, prepared: 0, hash, partition, ref moment, ref result);
        }

        return false;
    }

    /// <summary>Takes over what another copy decided. It makes room as a write does; where there is none the key's entry goes.</summary>
    public void Apply(CacheStore store, in EntryChange change, ulong hash, int partition, ref BatchMoment moment)
    {
        var progress = new OperationProgress { Need = new RoomNeed { Steps = RoomMaker.StepsPerWrite } };
        var result = default(ShardResult);
        while (!store.ShardOf(partition).TryApply(change, hash, ref moment, ref result, ref progress))
        {
            if (!progress.MustPrepare)
            {
                room.Make(store, ref progress.Need, held: null);
            }
            else if (!progress.TryPrepare(store, change.Value))
            {
                break;
            }
        }

        if (progress.Prepared != 0)
        {
            store.ReleaseLarge(progress.Prepared, change.Value.Length);
        }

        if (result.Status != OperationStatus.Done)
        {
            store.ShardOf(partition).Drop(change.Key, hash);
        }
    }

    private bool Run(
        CacheStore store, in ShardBatch batch, in ShardOperation operation, ReadOnlySpan<byte> value, ReadOnlySpan<byte> tags, nint prepared, ulong hash, int partition, ref BatchMoment moment, ref ShardResult result)
    {
        var progress = new OperationProgress { Need = new RoomNeed { Steps = RoomMaker.StepsPerWrite }, Prepared = prepared };
        while (!store.ShardOf(partition).TryExecute(batch, operation, value, tags, hash, ref moment, ref result, ref progress))
        {
            result = default;
            if (!progress.MustPrepare)
            {
                // Without a lock of its own this thread may wait for whichever shard has to give.
                room.Make(store, ref progress.Need, held: null);
            }
            else if (!progress.TryPrepare(store, value))
            {
                result.Status = OperationStatus.NoRoom;
                break;
            }
        }

        if (progress.IsHolding)
        {
            progress.CopyHeld(store, batch.Values, ref result);
        }

        if (progress.Prepared != 0)
        {
            store.ReleaseLarge(progress.Prepared, value.Length);
        }

        return progress.IsRenewed;
    }

    /// <summary>A set of what was staged: its memory becomes the entry's, without a copy.</summary>
    private unsafe void Commit(
        CacheStore store, in ShardBatch batch, in ShardOperation operation, ulong hash, int partition, ref BatchMoment moment, ref ShardResult result)
    {
        var named = batch.ValueOf(operation);
        var id = BinaryPrimitives.ReadInt64LittleEndian(named);
        var tags = named[sizeof(long)..];
        if (!tags.IsEmpty && !TagSection.TrySplit(tags, out tags, out _))
        {
            result.Status = OperationStatus.Invalid;
            return;
        }

        if (!staging.TryTake(store, id, moment.Now, out var address, out var length))
        {
            result.Status = OperationStatus.NotStaged;
            return;
        }

        var set = operation with { Kind = OperationKind.Set };
        Run(store, batch, set, new ReadOnlySpan<byte>((void*)address, length), tags, address, hash, partition, ref moment, ref result);
    }
}
