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
            default:
                var value = batch.ValueOf(operation);
                return TrySplitHead(operation, ref value, out var mark, out var tags)
                    ? Run(store, batch, operation, value, tags, mark, prepared: 0, hash, partition, ref moment, ref result)
                    : Refuse(ref result);
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

    /// <summary>Takes from the front of a value what is not its own: a load's mark, then tags.</summary>
    private static bool TrySplitHead(in ShardOperation operation, ref ReadOnlySpan<byte> value, out LoadMark mark, out ReadOnlySpan<byte> tags)
    {
        mark = default;
        tags = default;
        if (operation is { IsLoad: true, Kind: OperationKind.Set or OperationKind.SetTagged })
        {
            mark = MarkIn(value);
            value = value[LoadMark.SizeInBytes..];
        }

        var hasTags = operation.Kind == OperationKind.SetTagged || (operation.Kind == OperationKind.Increment && !value.IsEmpty);
        return !hasTags || TagSection.TrySplit(value, out tags, out value);
    }

    private static bool Refuse(ref ShardResult result)
    {
        result.Status = OperationStatus.Invalid;
        return false;
    }

    private bool Run(
        CacheStore store, in ShardBatch batch, in ShardOperation operation, ReadOnlySpan<byte> value, ReadOnlySpan<byte> tags, LoadMark mark, nint prepared, ulong hash, int partition, ref BatchMoment moment, ref ShardResult result)
    {
        var progress = new OperationProgress { Need = new RoomNeed { Steps = RoomMaker.StepsPerWrite }, Prepared = prepared, Mark = mark };
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

    private static LoadMark MarkIn(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt64LittleEndian(bytes));

    /// <summary>A set of what was staged: its memory becomes the entry's, without a copy.</summary>
    private unsafe void Commit(
        CacheStore store, in ShardBatch batch, in ShardOperation operation, ulong hash, int partition, ref BatchMoment moment, ref ShardResult result)
    {
        var value = batch.ValueOf(operation);
        var id = BinaryPrimitives.ReadInt64LittleEndian(value);
        var tags = value[sizeof(long)..];
        var mark = operation.IsLoad ? MarkIn(tags) : default;
        tags = operation.IsLoad ? tags[LoadMark.SizeInBytes..] : tags;
        if (!tags.IsEmpty && !TagSection.TrySplit(tags, out tags, out _))
        {
            Refuse(ref result);
            return;
        }

        if (!staging.TryTake(store, id, moment.Now, out var address, out var length))
        {
            result.Status = OperationStatus.NotStaged;
            return;
        }

        var set = operation with { Kind = OperationKind.Set };
        Run(store, batch, set, new ReadOnlySpan<byte>((void*)address, length), tags, mark, address, hash, partition, ref moment, ref result);
    }
}
