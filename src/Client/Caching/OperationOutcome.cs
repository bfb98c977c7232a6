using Orleans.Cache.Client.Routing;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Client.Caching;

/// <summary>Turns what a shard answered into what a caller sees, or into the error that it stands for.</summary>
internal static class OperationOutcome
{
    public static CacheEntry ToEntry(in OperationResult result) => Checked(result) == OperationStatus.Done
        ? new CacheEntry
        {
            Found = true,
            Value = result.Value,
            Version = result.Result.Version,
            TimeToLive = result.Result.IsStale ? -TimeSpan.FromMilliseconds(result.Result.Number) : ToDuration(result.Result.Number),
            Slides = result.Result.Slides,
            IsTagged = result.Result.IsTagged,
            LoadCost = result.Result.LoadCost,
            IsNull = result.Result.IsNull,
            IsStale = result.Result.IsStale,
        }
        : default;

    public static CacheWriteResult ToWriteResult(in OperationResult result) => new(
        Checked(result) switch
        {
            OperationStatus.Done => CacheWriteOutcome.Stored,
            OperationStatus.KeyPresent => CacheWriteOutcome.KeyPresent,
            OperationStatus.KeyAbsent => CacheWriteOutcome.KeyAbsent,
            _ => CacheWriteOutcome.VersionMismatch,
        },
        result.Result.Version)
    {
        Copies = result.Result.Copies,
    };

    public static bool WasThere(in OperationResult result) => Checked(result) == OperationStatus.Done;

    public static long ToNumber(in OperationResult result)
    {
        _ = Checked(result);
        return result.Result.Number;
    }

    public static CacheEntryLocation ToLocation(CacheKey key, in OperationResult result, PartitionMap map)
    {
        var slot = Slot.Of(key);
        var partition = slot.PartitionOf(map.PartitionCount);
        var found = Checked(result) == OperationStatus.Done;
        return new CacheEntryLocation
        {
            Slot = slot,
            Partition = partition,
            Owner = map.OwnerSiloOf(partition)?.Name ?? string.Empty,
            Replicas = map.ReplicasOf(partition).ToArray().Select(replica => map.Silos[replica].Name).ToArray(),
            Epoch = map.EpochOf(partition),
            Found = found,
            Version = result.Result.Version,
            TimeToLive = found ? ToDuration(result.Result.Number) : null,
        };
    }

    private static TimeSpan? ToDuration(long milliseconds) =>
        milliseconds == ShardOperation.Forever ? null : TimeSpan.FromMilliseconds(milliseconds);

    private static OperationStatus Checked(in OperationResult result) => result.Result.Status switch
    {
        OperationStatus.NotANumber => throw CacheRequestException.NotANumber(),
        OperationStatus.Overflow => throw CacheRequestException.IncrementOverflow(),
        OperationStatus.EntryTooLarge => throw CacheRequestException.EntryTooLarge(),
        OperationStatus.NoMajority => throw CacheUnavailableException.NoMajority(),
        OperationStatus.Forgotten => throw CallErrors.OutcomeUnknown(),
        OperationStatus.Invalid => throw CacheRequestException.Malformed("the operation breaks a limit of the silo"),
        var status => status,
    };
}
