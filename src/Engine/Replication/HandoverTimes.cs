namespace Orleans.Cache.Engine.Replication;

/// <summary>What a former owner tells its successor of times, when the authority has recorded the handover.</summary>
/// <param name="CountsFrom">
/// The successor's clock, as it had told, before the authority was asked. Its tenure counts from then, and so does the lease that the former owner
/// promises it: so it may serve at once, and nothing that the notice's way takes can lengthen either.
/// </param>
/// <param name="PausedSince">Since when no writes are taken; the sender's clock, the receiver's once it has come. For measuring only.</param>
internal readonly record struct HandoverTimes(FollowerTime CountsFrom, long PausedSince);
