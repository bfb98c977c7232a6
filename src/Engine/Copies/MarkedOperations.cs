using System.Runtime.InteropServices;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Copies;

/// <summary>Writes with an id, which the replication core remembers: docs/decisions/0022-operation-ids.md.</summary>
internal static class MarkedOperations
{
    /// <summary>Gives a request the operation's id, and the time before which it surely did not exist.</summary>
    /// <param name="request">Without an id.</param>
    /// <param name="mark">Of the operation.</param>
    /// <param name="sentAfter">When this attempt was sent at the earliest, by the clock's timestamps.</param>
    /// <param name="time">The clock.</param>
    public static ClientRequest Named(in ClientRequest request, long mark, long sentAfter, TimeProvider time)
    {
        var age = OperationMark.AgeOf(mark);
        return request with
        {
            Operation = new OperationId(OperationMark.IdOf(mark), 0),
            Began = age == TimeSpan.MaxValue ? long.MinValue : sentAfter - (long)(age.TotalSeconds * time.TimestampFrequency),
        };
    }

    /// <summary>Tells the core what the operation did and was answered. What was not decided on may be tried again, and is not remembered.</summary>
    public static void Executed(ReplicationCopy core, in ClientRequest request, in CommandEffect effect, in ShardResult result)
    {
        if (result.Status is OperationStatus.NoRoom or OperationStatus.NotStaged or OperationStatus.StagingFull or OperationStatus.Pending)
        {
            core.Executed(request with { Operation = default }, effect);
            return;
        }

        var bytes = new byte[ShardResult.SizeInBytes];
        MemoryMarshal.Write(bytes, result);
        core.Executed(request, new CommandEffect { KeyHash = effect.KeyHash, HasChanged = effect.HasChanged, IsOfAllKeys = effect.IsOfAllKeys, Change = effect.Change, Result = bytes });
    }
}
