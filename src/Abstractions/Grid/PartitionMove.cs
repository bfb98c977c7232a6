namespace Orleans.Cache;

/// <summary>A partition that gets a further copy on another silo, to own it or to replicate it.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="From">The silo that owns it and copies it.</param>
/// <param name="To">The silo that gets it.</param>
/// <param name="WillOwn">Whether that silo will own it then.</param>
/// <param name="Phase">How far it is.</param>
/// <param name="Entries">How many entries were copied by now, over all caches; what is copied again counts again.</param>
/// <param name="Bytes">How many bytes they took.</param>
public sealed record PartitionMove(int Partition, string From, string To, bool WillOwn, PartitionMovePhase Phase, long Entries, long Bytes);
