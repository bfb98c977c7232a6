namespace Orleans.Cache.Client.Near;

/// <summary>What reads of a near copy mean for how long its entry lives.</summary>
internal enum NearSliding : byte
{
    /// <summary>Nothing.</summary>
    No = 0,

    /// <summary>They begin its time anew; there were none since the owner last knew.</summary>
    Unread = 1,

    /// <summary>There were some.</summary>
    Read = 2,
}
