namespace Orleans.Cache.Engine.Invalidation;

/// <summary>What a change was of. The numbers are on the wire: append-only.</summary>
internal enum FeedEventKind
{
    /// <summary>One entry.</summary>
    Entry,

    /// <summary>Entries with tags; hash and version say nothing.</summary>
    Tags,

    /// <summary>All entries; hash and version say nothing.</summary>
    All,
}
