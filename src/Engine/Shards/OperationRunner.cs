using System.Buffers.Binary;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Loading;

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
            case OperationKind.Set when operation.IsLoad:
                var marked = batch.ValueOf(operation);
                return Run(store, batch, operation, marked[LoadMark.SizeInBytes..], MarkIn(marked), prepared: 0, hash, partition, ref moment, ref result);
            default:
                return Run(store, batch, operation, batch.ValueOf(operation), mark: default, prepared: 0, hash, partition, ref moment, ref result);
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
        CacheStore store, in ShardBatch batch, in ShardOperation operation, ReadOnlySpan<byte> value, LoadMark mark, nint prepared, ulong hash, int partition, ref BatchMoment moment, ref ShardResult result)
    {
        var progress = new OperationProgress { Need = new RoomNeed { Steps = RoomMaker.StepsPerWrite }, Prepared = prepared, Mark = mark };
        while (!store.ShardOf(partition).TryExecute(batch, operation, value, hash, ref moment, ref result, ref progress))
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

    private static LoadMark MarkIn(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt64LittleEndian(bytes));

    /// <summary>A set of what was staged: its memory becomes the entry's, without a copy.</summary>
    private unsafe void Commit(
        CacheStore store, in ShardBatch batch, in ShardOperation operation, ulong hash, int partition, ref BatchMoment moment, ref ShardResult result)
    {
        var value = batch.ValueOf(operation);
        var id = BinaryPrimitives.ReadInt64LittleEndian(value);
        if (!staging.TryTake(store, id, moment.Now, out var address, out var length))
        {
            result.Status = OperationStatus.NotStaged;
            return;
        }

        var set = operation with { Kind = OperationKind.Set };
        var mark = operation.IsLoad ? MarkIn(value[sizeof(long)..]) : default;
        Run(store, batch, set, new ReadOnlySpan<byte>((void*)address, length), mark, address, hash, partition, ref moment, ref result);
    }
}
