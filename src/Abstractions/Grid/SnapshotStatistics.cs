namespace Orleans.Cache;

/// <summary>How the snapshots of one silo are doing.</summary>
/// <param name="Partitions">How many partitions have a snapshot that this run of the silo wrote.</param>
/// <param name="Bytes">The bytes of the newest of each.</param>
/// <param name="Newest">When the newest was written, by the silo's clock; <see langword="null"/>: there is none.</param>
/// <param name="CompleteTo">
/// Every write before this time, by the silo's clock, is in a snapshot of its partition, if this silo had a copy; <see langword="null"/>: no round of
/// snapshots was good yet.
/// </param>
/// <param name="LastError">Why snapshots could not be written in the last round; <see langword="null"/>: they could.</param>
/// <param name="Loading">How many partitions are to be loaded, because no copy of them is left.</param>
/// <param name="LoadedEntries">How many entries were loaded since the silo started.</param>
/// <param name="SkippedFiles">How many files were to be loaded, and are torn, damaged or gone.</param>
public sealed record SnapshotStatistics(
    int Partitions, long Bytes, DateTimeOffset? Newest, DateTimeOffset? CompleteTo, string? LastError, int Loading, long LoadedEntries, int SkippedFiles);
