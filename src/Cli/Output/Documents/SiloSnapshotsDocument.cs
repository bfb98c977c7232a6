namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>How the snapshots of one silo are doing.</summary>
/// <param name="Silo">The silo.</param>
/// <param name="IsOn">Whether it has a folder for snapshots; without one all that follows is empty.</param>
/// <param name="Partitions">Partitions with a snapshot that this run of the silo wrote.</param>
/// <param name="Bytes">The bytes of the newest of each.</param>
/// <param name="Newest">When the newest was written.</param>
/// <param name="CompleteTo">Every write before is in a snapshot.</param>
/// <param name="LastError">Why snapshots could not be written in the last round.</param>
/// <param name="Loading">Partitions that are to be loaded.</param>
/// <param name="LoadedEntries">Entries loaded since the silo started.</param>
/// <param name="SkippedFiles">Files that could not be loaded.</param>
internal sealed record SiloSnapshotsDocument(
    string Silo,
    bool IsOn,
    int Partitions,
    long Bytes,
    DateTimeOffset? Newest,
    DateTimeOffset? CompleteTo,
    string? LastError,
    int Loading,
    long LoadedEntries,
    int SkippedFiles)
{
    /// <summary>Makes the document of what a silo says.</summary>
    public static SiloSnapshotsDocument Of(SiloStatistics silo) => silo.Snapshots is { } now
        ? new(silo.Silo, IsOn: true, now.Partitions, now.Bytes, now.Newest, now.CompleteTo, now.LastError, now.Loading, now.LoadedEntries, now.SkippedFiles)
        : new(silo.Silo, IsOn: false, 0, 0, null, null, null, 0, 0, 0);
}
