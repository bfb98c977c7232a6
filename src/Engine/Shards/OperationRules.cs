using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Loading;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Engine.Shards;

/// <summary>What an operation must keep to. Clients check before they send; this is the silo's own check, which trusts nobody.</summary>
internal static class OperationRules
{
    public static bool IsValid(in ShardOperation operation, CacheLimits limits)
    {
        return operation.Kind is >= OperationKind.Get and <= OperationKind.Clear
            && operation.Condition <= (byte)CacheConditionKind.IfVersion
            && (operation.Concern <= MostConcernOf(operation.Kind) || operation is { Level: ReadLevel.Hot, Kind: OperationKind.Get or OperationKind.GetRange })
            && operation.KeyLength > 0
            && operation.KeyLength <= limits.MaxKeyBytes
            && operation.ValueLength <= limits.MaxValueBytes + HeadBytesOf(operation)
            && (!operation.IsLoad || MayLoad(operation))
            && operation.Kind switch
            {
                OperationKind.GetRange => operation.Offset >= 0 && operation.Length >= 0,
                OperationKind.Stage => operation.Length > 0 && operation.Length <= limits.MaxValueBytes && operation.Offset >= 0
                    && operation.Offset <= operation.Length - operation.ValueLength,
                OperationKind.Commit => operation.ValueLength >= sizeof(long) + (operation.IsLoad ? LoadMark.SizeInBytes : 0)
                    && operation.ValueLength <= sizeof(long) + LoadMark.SizeInBytes + TagSection.MostBytes && HasValidTimes(operation, limits),
                _ => HasValidTimes(operation, limits),
            };
    }

    private static bool MayLoad(in ShardOperation operation) => operation.Kind switch
    {
        OperationKind.Get or OperationKind.Peek => true,
        OperationKind.Set or OperationKind.SetTagged => operation.Condition == (byte)CacheConditionKind.None && operation.ValueLength >= LoadMark.SizeInBytes,
        OperationKind.Commit => operation.Condition == (byte)CacheConditionKind.None,
        _ => false,
    };

    /// <summary>The highest number in the place that reads have for their level, and writes for their concern.</summary>
    private static int MostConcernOf(OperationKind kind) => kind switch
    {
        OperationKind.Get or OperationKind.Peek or OperationKind.GetRange => (int)ReadLevel.Any,
        OperationKind.Stage or OperationKind.Discard => 0,
        _ => (int)WriteConcern.Majority + 1,
    };

    /// <summary>The most bytes that stand before a value, and do not count as such.</summary>
    private static int HeadBytesOf(in ShardOperation operation) =>
        (operation is { IsLoad: true, Kind: OperationKind.Set or OperationKind.SetTagged } ? LoadMark.SizeInBytes : 0)
        + (operation.Kind == OperationKind.SetTagged ? TagSection.MostBytes : 0);

    private static bool HasValidTimes(in ShardOperation operation, CacheLimits limits)
    {
        var longest = limits.MaxTimeToLive.Ticks / TimeSpan.TicksPerMillisecond;
        return operation.TimeToLive is >= ShardOperation.Forever && operation.TimeToLive <= longest
            && operation.SlidingExpiration is >= ShardOperation.Forever && operation.SlidingExpiration <= longest;
    }
}
