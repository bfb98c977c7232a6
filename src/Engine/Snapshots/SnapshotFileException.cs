namespace Orleans.Cache.Engine.Snapshots;

/// <summary>A file cannot be loaded as a snapshot: it is torn, damaged, or of something else. The message says what is wrong, as "it ...".</summary>
internal sealed class SnapshotFileException(string message) : Exception(message);
