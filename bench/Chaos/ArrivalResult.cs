namespace Orleans.Cache.Chaos;

/// <summary>What moves between silos cost.</summary>
/// <param name="Pauses">For how long the partitions that were handed over took no writes; the number of keys is that of partitions.</param>
/// <param name="Moved">How many entries were sent to fill copies.</param>
/// <param name="Ideal">How many would have been, had each silo that came or went moved its share only; 0 where nobody knows.</param>
internal sealed record ArrivalResult(RecoveryTimes Pauses, long Moved, double Ideal);
