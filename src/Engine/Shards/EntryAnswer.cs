using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Shards;

/// <summary>What a shard answers of its entries. Under its lock.</summary>
internal static class EntryAnswer
{
    public static void Absent(ref ShardResult result)
    {
        result.Status = OperationStatus.NotFound;
        result.Number = ShardOperation.Forever;
    }

    /// <summary>Tells all of an entry but its value.</summary>
    public static void Describe(EntryPointer entry, long now, ref ShardResult result)
    {
        var expiry = entry.StaleFrom;
        result.Status = OperationStatus.Done;
        result.Version = entry.Version;
        result.Slides = entry.HasSliding;
        result.IsTagged = entry.IsTagged;
        result.Number = expiry == EntryLayout.Never ? ShardOperation.Forever : expiry - now;
        if (entry.HasMark)
        {
            result.IsStale = expiry <= now;
            result.IsNull = entry.Mark.IsNull;
            result.LoadCost = entry.Mark.Cost;
            result.Number = result.IsStale ? now - expiry : result.Number;
        }
    }

    /// <summary>Copies a value, or, if it is large, holds it so that it can be copied without the lock.</summary>
    public static void HandOut(in ShardBatch batch, EntryPointer entry, int offset, int length, ref ShardResult result, ref OperationProgress progress)
    {
        if (entry.IsLarge)
        {
            progress.Hold(entry, offset, length);
            return;
        }

        result.ValueOffset = batch.Values.Append(entry.Value.Slice(offset, length));
        result.ValueLength = length;
    }
}
