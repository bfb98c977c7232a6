namespace Orleans.Cache.Engine.Snapshots;

/// <summary>What a snapshot file says of itself behind its entries.</summary>
/// <param name="Entries">How many there are.</param>
/// <param name="VersionFloor">No version above it had been given by the copy when the scan ended.</param>
internal readonly record struct SnapshotFooter(long Entries, long VersionFloor);
