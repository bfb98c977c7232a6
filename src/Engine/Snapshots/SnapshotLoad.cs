namespace Orleans.Cache.Engine.Snapshots;

/// <summary>What became of a partition that began empty.</summary>
/// <param name="Partition">Which.</param>
/// <param name="File">The file that was loaded; <see langword="null"/>: none.</param>
/// <param name="WrittenAt">When it was written, in milliseconds since 1970.</param>
/// <param name="Entries">How many entries were loaded.</param>
/// <param name="Expired">How many were left out, because their time was over.</param>
/// <param name="Bytes">The size of the file.</param>
/// <param name="Skipped">Newer files that could not be loaded, and why.</param>
internal sealed record SnapshotLoad(int Partition, string? File, long WrittenAt, long Entries, long Expired, long Bytes, IReadOnlyList<(string File, string Reason)> Skipped);
