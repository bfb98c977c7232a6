namespace Orleans.Cache.Engine.Snapshots;

/// <summary>What a snapshot file says of itself before its entries.</summary>
internal sealed record SnapshotHeader
{
    public required int Partition { get; init; }

    /// <summary>How many partitions the grid had. With another number the same keys belong elsewhere.</summary>
    public required int PartitionCount { get; init; }

    /// <summary>What the snapshot has; the entries have that, and perhaps some of what came while they were written.</summary>
    public required SnapshotPoint Point { get; init; }

    /// <summary>The silo that wrote the file.</summary>
    public required string Silo { get; init; }

    /// <summary>The silos that were in the grid: any of them may have a file that is newer.</summary>
    public required IReadOnlyList<string> Silos { get; init; }
}
