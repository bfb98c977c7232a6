using System.Runtime.CompilerServices;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.HotKeys;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Engine.Copies;

/// <content>What the silo's hot keys are told of the operations on partitions that it owns.</content>
internal sealed partial class CopyGates
{
    /// <summary>The hot keys; <see langword="null"/>: nobody counts. Set before the first operation.</summary>
    public HotKeyTables? HotKeys { get; set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void NoteRead(CacheStore store, in ShardBatch batch, int index, ulong hash)
    {
        ref readonly var operation = ref batch.Operations[index];
        ref var result = ref batch.Results[index];
        if (HotKeys?[store.Index] is { } table && operation.Kind == OperationKind.Get && result.Status == OperationStatus.Done)
        {
            table.OnRead(hash, batch.KeyOf(operation), ref result);
        }
    }

    private void NoteWrite(CacheStore store, OperationKind kind, ulong hash)
    {
        if (HotKeys?[store.Index] is { } table && kind is not (OperationKind.RemoveTags or OperationKind.Clear))
        {
            table.OnWrite(hash);
        }
    }
}
