namespace Orleans.Cache.Engine.Replication.Messages;

/// <summary>From the owner: the next records, or none; how far all is committed; and a request to renew the lease.</summary>
internal sealed class Append : PeerMessage
{
    public required Configuration Configuration { get; init; }

    /// <summary>The position of the record before the first of these.</summary>
    public required LogPosition Previous { get; init; }

    public required LogRecord[] Records { get; init; }

    /// <summary>Every copy in sync has the records up to here.</summary>
    public required long Commit { get; init; }

    /// <summary>The owner's clock, for its lease: comes back in the answer.</summary>
    public required long SentAt { get; init; }

    /// <summary>The receiver's own clock, from its last answer, if the owner had its lease after that answer came; else none.</summary>
    public required FollowerTime Echo { get; init; }
}
