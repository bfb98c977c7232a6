namespace Orleans.Cache.Client.Lanes;

/// <summary>What a lane is for.</summary>
internal enum LaneKind
{
    /// <summary>Operations, by the shortest way.</summary>
    Usual,

    /// <summary>Operations that have waited on the shortest way, through any gateway.</summary>
    Relayed,

    /// <summary>Chunks of large values, one to a message, so that what is under way stays bounded.</summary>
    Bulk,
}
