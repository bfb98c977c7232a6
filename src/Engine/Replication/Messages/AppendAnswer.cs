namespace Orleans.Cache.Engine.Replication.Messages;

/// <summary>How a follower takes an <see cref="Append"/>.</summary>
internal enum AppendAnswer : byte
{
    /// <summary>The records are in its log.</summary>
    Accepted = 1,

    /// <summary>Its log has a gap, or went another way, before these records.</summary>
    Mismatch = 2,

    /// <summary>It has no entries, or only part of them: it needs a snapshot.</summary>
    NeedsSnapshot = 3,
}
