namespace Orleans.Cache.Engine.Replication;

/// <summary>How far an owner is with another copy.</summary>
/// <param name="Node">The other copy's silo.</param>
/// <param name="IsStreaming">Whether it has the entries, and gets what is written.</param>
/// <param name="Entries">How many entries were sent to it, in snapshots.</param>
/// <param name="Bytes">How many bytes they took.</param>
internal readonly record struct FillProgress(int Node, bool IsStreaming, long Entries, long Bytes);
