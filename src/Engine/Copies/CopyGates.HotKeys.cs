using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.HotKeys;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Engine.Copies;

/// <content>What the silo's hot keys are told of the operations on partitions that it owns.</content>
internal sealed partial class CopyGates
{
    private HotKeyTables? _hotKeys;
    private HotKeyTable?[]? _hotByCache;

    /// <summary>The hot keys; <see langword="null"/>: nobody counts. Set before the first operation.</summary>
    public HotKeyTables? HotKeys
    {
        get => _hotKeys;
        set => (_hotKeys, _hotByCache) = (value, value?.ByCache);
    }

    /// <summary>Takes note of operations on which it was decided: see <see cref="Check"/>.</summary>
    private void NoteReads(CacheStore store, in ShardBatch batch, int start, ReadOnlySpan<ulong> hashes, ReadOnlySpan<int> partitions)
    {
        if (_hotByCache is { } tables && tables[store.Index] is { } table)
        {
            table.OnReads(batch, start, hashes, partitions);
        }
    }

    private void NoteWrite(CacheStore store, OperationKind kind, ulong hash)
    {
        if (_hotByCache is { } tables && tables[store.Index] is { } table && kind is not (OperationKind.RemoveTags or OperationKind.Clear))
        {
            table.OnWrite(hash);
        }
    }
}
