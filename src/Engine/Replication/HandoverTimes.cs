namespace Orleans.Cache.Engine.Replication;

/// <summary>What a former owner tells its successor of times, when the authority has recorded the handover.</summary>
/// <param name="TenureFrom">
/// The successor's clock, as it had told, before the authority was asked: its tenure counts from then, so that it need not ask for one before it
/// serves. Nothing that the notice's way takes can lengthen it.
/// </param>
/// <param name="PausedSince">Since when no writes are taken; the sender's clock, the receiver's once it has come. For measuring only.</param>
internal readonly record struct HandoverTimes(FollowerTime TenureFrom, long PausedSince);
