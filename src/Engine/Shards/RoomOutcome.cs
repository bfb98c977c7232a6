namespace Orleans.Cache.Engine.Shards;

/// <summary>What came of making room.</summary>
internal enum RoomOutcome
{
    /// <summary>There is room, and was before.</summary>
    Ready,

    /// <summary>There is room now: entries were evicted or moved.</summary>
    Made,

    /// <summary>A shard that has to give is locked by somebody else: let go of the own shard's lock and try again.</summary>
    Busy,

    /// <summary>There is no room yet, and as much was done for it as one write may do: a later attempt goes on from here.</summary>
    Late,

    /// <summary>There is nothing left to evict.</summary>
    Impossible,
}
