using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Engine.Snapshots;

/// <summary>What a snapshot file says of itself before its entries.</summary>
internal sealed record SnapshotHeader
{
    public required int Partition { get; init; }

    /// <summary>How many partitions the grid had. With another number the same keys belong elsewhere.</summary>
    public required int PartitionCount { get; init; }

    /// <summary>The configuration that the copy was in.</summary>
    public required long Epoch { get; init; }

    public required long ConfigurationVersion { get; init; }

    /// <summary>Up to where all was committed when the scan began; the entries have that, and perhaps some of what came later.</summary>
    public required LogPosition Committed { get; init; }

    /// <summary>The wall clock when the scan began, in milliseconds since 1970; files of a silo are ordered by it.</summary>
    public required long WrittenAt { get; init; }

    /// <summary>The silo that wrote the file.</summary>
    public required string Silo { get; init; }

    /// <summary>The caches that the silo had.</summary>
    public required IReadOnlyList<string> Caches { get; init; }

    /// <summary>The silos that were in the grid.</summary>
    public required IReadOnlyList<string> Silos { get; init; }
}
