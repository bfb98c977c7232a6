using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Engine.Shards;

/// <summary>What an operation must keep to. Clients check before they send; this is the silo's own check, which trusts nobody.</summary>
internal static class OperationRules
{
    public static bool IsValid(in ShardOperation operation, CacheLimits limits)
    {
        var longest = limits.MaxTimeToLive.Ticks / TimeSpan.TicksPerMillisecond;
        return operation.Kind is >= OperationKind.Get and <= OperationKind.Peek
            && operation.Condition <= (byte)CacheConditionKind.IfVersion
            && operation.KeyLength > 0
            && operation.KeyLength <= limits.MaxKeyBytes
            && operation.ValueLength <= limits.MaxValueBytes
            && operation.TimeToLive is >= ShardOperation.Forever && operation.TimeToLive <= longest
            && operation.SlidingExpiration is >= ShardOperation.Forever && operation.SlidingExpiration <= longest;
    }
}
