namespace Orleans.Cache.Contracts.Nodes;

/// <summary>How the snapshots of a silo are doing. Append-only, guarded by the wire contract test.</summary>
/// <param name="Partitions">How many partitions have a snapshot that this run of the silo wrote.</param>
/// <param name="Bytes">The bytes of the newest of each.</param>
/// <param name="Newest">When the newest was written, in milliseconds since 1970; 0: there is none.</param>
/// <param name="CompleteTo">When the last round without an error began: every write before it is in a snapshot. 0: there was none.</param>
/// <param name="LastError">Why snapshots could not be written in the last round; <see langword="null"/>: they could.</param>
/// <param name="Loading">How many partitions are to be loaded.</param>
/// <param name="LoadedEntries">How many entries were loaded since the silo started.</param>
/// <param name="SkippedFiles">How many files were to be loaded, and are torn, damaged or gone.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.node-snapshots")]
public sealed record NodeSnapshots(
    [property: Id(0)] int Partitions,
    [property: Id(1)] long Bytes,
    [property: Id(2)] long Newest,
    [property: Id(3)] long CompleteTo,
    [property: Id(4)] string? LastError,
    [property: Id(5)] int Loading,
    [property: Id(6)] long LoadedEntries,
    [property: Id(7)] int SkippedFiles)
{
    /// <summary>The same for applications.</summary>
    public SnapshotStatistics ToStatistics() =>
        new(Partitions, Bytes, TimeOf(Newest), TimeOf(CompleteTo), LastError, Loading, LoadedEntries, SkippedFiles);

    private static DateTimeOffset? TimeOf(long milliseconds) => milliseconds == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
