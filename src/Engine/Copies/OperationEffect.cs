using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Engine.Copies;

/// <summary>What an operation that an owner executed did, as a state for other copies. Under the copy's lock.</summary>
internal static class OperationEffect
{
    /// <summary>Keys of different caches are different keys. A collision only lets a read wait for somebody else's write.</summary>
    public static ulong KeyHashOf(CacheStore store, ulong hash) => hash + ((ulong)store.Index * 0x9E3779B97F4A7C15);

    /// <summary>Makes the change of an operation that was just executed.</summary>
    /// <param name="entries">The copy's, which writes changes.</param>
    /// <param name="store">The cache.</param>
    /// <param name="batch">The operation's batch, with its result.</param>
    /// <param name="index">Its position there.</param>
    /// <param name="hash">The hash of its key.</param>
    /// <param name="now">Milliseconds of the shard clock.</param>
    public static CommandEffect Of(PartitionStore entries, CacheStore store, in ShardBatch batch, int index, ulong hash, long now)
    {
        ref readonly var operation = ref batch.Operations[index];
        var isDone = batch.Results[index].Status == OperationStatus.Done;
        if (operation.Kind is OperationKind.RemoveTags or OperationKind.Clear)
        {
            // Also where there is no such entry: it may have been evicted here, and not elsewhere.
            var removal = operation.Kind == OperationKind.Clear ? ChangeKind.Clear : ChangeKind.Tags;
            return new CommandEffect
            {
                HasChanged = isDone,
                IsOfAllKeys = true,
                KeyHash = KeyHashOf(store, hash),
                Change = isDone ? entries.PackTags(removal, store, batch.KeyOf(operation), batch.ValueOf(operation), batch.Results[index].Version) : default,
            };
        }

        var kind = operation.Kind switch
        {
            // Also where there is no entry: it may have been evicted here, and not elsewhere.
            OperationKind.Remove => ChangeKind.Removal,
            OperationKind.Touch => ChangeKind.Times,
            _ => ChangeKind.Entry,
        };
        var hasChanged = isDone || kind == ChangeKind.Removal;
        return new CommandEffect
        {
            HasChanged = hasChanged,
            KeyHash = KeyHashOf(store, hash),
            Change = hasChanged ? entries.Pack(kind, store, batch.KeyOf(operation), hash, now) : default,
        };
    }
}
