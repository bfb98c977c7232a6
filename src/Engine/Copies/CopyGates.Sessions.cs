using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Engine.Copies;

/// <content>What sessions ask of reads.</content>
internal sealed partial class CopyGates
{
    /// <summary>
    /// Notes for sessions what the reads have seen that <see cref="Check"/> let through. Takes a copy's lock for each, so that others do not pay
    /// for what sessions want to know.
    /// </summary>
    /// <param name="store">Their cache.</param>
    /// <param name="batch">Their batch, which has sessions.</param>
    /// <param name="start">The first of them.</param>
    /// <param name="hashes">The hashes of their keys.</param>
    /// <param name="partitions">Their partitions; -1 for those that were decided otherwise, by a replica or with a write.</param>
    public void NoteSeen(CacheStore store, in ShardBatch batch, int start, ReadOnlySpan<ulong> hashes, ReadOnlySpan<int> partitions)
    {
        for (var index = 0; index < hashes.Length; index++)
        {
            var position = start + index;
            ref var result = ref batch.Results[position];
            if (partitions[index] < 0 || batch.Sessions[position] == default || IsWrite(batch.Operations[position].Kind) || result.Status == OperationStatus.Moved)
            {
                continue;
            }

            if (CopyOf(partitions[index])?.TryNoteRead(batch, position, store, hashes[index]) != true)
            {
                result = new ShardResult { Status = OperationStatus.Moved };
            }
        }
    }
}
