using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Contracts.Invalidation;

/// <summary>What changed on a silo. Append-only, guarded by the wire contract test.</summary>
/// <param name="Session">The numbering of <paramref name="Next"/>; 0: this is not the silo that was meant.</param>
/// <param name="Next">The number to ask with next time.</param>
/// <param name="IsGap">Events between what was asked and <paramref name="Next"/> are not known any more.</param>
/// <param name="Events">The events, if any: see docs/formats/feed.md.</param>
/// <param name="OwnedVersion">The version of the partitions that the silo serves.</param>
/// <param name="Partitions">Those, if they are not as asked with; else <see langword="null"/>.</param>
/// <param name="Epochs">Their epochs.</param>
/// <param name="Caches">After a gap, the names of the caches that events number; else <see langword="null"/>.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.follow-reply")]
public readonly record struct FollowReply(
    [property: Id(0)] long Session,
    [property: Id(1)] long Next,
    [property: Id(2)] bool IsGap,
    [property: Id(3)] BatchBytes? Events,
    [property: Id(4)] long OwnedVersion,
    [property: Id(5)] int[]? Partitions,
    [property: Id(6)] long[]? Epochs,
    [property: Id(7)] string[]? Caches);
