using Orleans.Concurrency;

namespace Orleans.Cache.Contracts.Partitions;

/// <summary>
/// The address of one partition: the grain's key is the partition's number, and it is on the silo that owns the partition. The data stands
/// beside it, in the silo, and is served whether the grain is active or not.
/// </summary>
[Alias("orleans.cache.partition-grain")]
public interface IPartitionGrain : IGrainWithIntegerKey
{
    /// <summary>Where the grain is, and what that silo holds of the partition.</summary>
    [Alias("status")]
    [AlwaysInterleave] // Reads immutable snapshots only.
    ValueTask<PartitionStatus> GetStatusAsync();
}
