namespace Orleans.Cache;

/// <summary>What moves have brought to one silo since it started.</summary>
/// <param name="Entries">How many entries other silos have sent to fill copies here; one that was sent again counts again.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="TakenOver">How many partitions were handed over to it; those that it took over from a silo that was lost are not among them.</param>
/// <param name="Pauses">
/// For how long each of the last of them took no writes, oldest first: from when the former owner refused them until this silo served. 1,024 at
/// most; to the millisecond, and without what the last message between the two took.
/// </param>
public sealed record SiloArrivals(long Entries, long Bytes, long TakenOver, IReadOnlyList<TimeSpan> Pauses);
