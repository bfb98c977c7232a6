namespace Orleans.Cache.Contracts.Invalidation;

/// <summary>Asks a silo what changed there since the last answer. Append-only, guarded by the wire contract test.</summary>
/// <param name="Silo">The silo that is meant: see <see cref="Nodes.BatchRequest"/>.</param>
/// <param name="Subscriber">Who asks; another one for each process and run.</param>
/// <param name="Session">The session of the last answer; 0 for none.</param>
/// <param name="Next">The number of the last answer: all before it is acknowledged.</param>
/// <param name="OwnedVersion">The version of the partitions in the last answer that had them.</param>
/// <param name="HoldMilliseconds">How long the silo may wait for news.</param>
/// <param name="IsStrict">Whether writes of strict caches are to wait for this subscriber.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.follow-request")]
public readonly record struct FollowRequest(
    [property: Id(0)] SiloAddress Silo,
    [property: Id(1)] Guid Subscriber,
    [property: Id(2)] long Session,
    [property: Id(3)] long Next,
    [property: Id(4)] long OwnedVersion,
    [property: Id(5)] int HoldMilliseconds,
    [property: Id(6)] bool IsStrict);
