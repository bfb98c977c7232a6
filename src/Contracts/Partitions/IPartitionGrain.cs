using Orleans.Concurrency;

namespace Orleans.Cache.Contracts.Partitions;

/// <summary>
/// The authority over one partition, and its address: the grain's key is the partition's number. It opens the partition's shard on the
/// silo that owns it; the data stands beside it, in the silo.
/// </summary>
[Alias("orleans.cache.partition-grain")]
public interface IPartitionGrain : IGrainWithIntegerKey
{
    /// <summary>Opens the partition on the silo where the grain is.</summary>
    /// <param name="mapVersion">The version of the partition map that the caller acts on; the grain waits for it.</param>
    /// <returns>
    /// Whether the partition is open here under that map. Where the map gives it to another silo the grain moves there, and the caller asks
    /// again.
    /// </returns>
    [Alias("open")]
    [ResponseTimeout("00:00:05")]
    ValueTask<bool> OpenAsync(long mapVersion);

    /// <summary>Where the grain is and what it is the authority over.</summary>
    [Alias("status")]
    [AlwaysInterleave] // Reads immutable snapshots only.
    ValueTask<PartitionStatus> GetStatusAsync();
}
