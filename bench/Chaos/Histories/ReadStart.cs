namespace Orleans.Cache.Chaos.Histories;

/// <summary>What was certain of a key when a read of it began: nothing older may be returned.</summary>
/// <param name="Acknowledged">The highest number acknowledged; with a bound, so long ago.</param>
/// <param name="Seen">The highest number that a read had returned.</param>
/// <param name="At">When it began.</param>
internal readonly record struct ReadStart(long Acknowledged, long Seen, TimeSpan At);
