namespace Orleans.Cache.Engine.Replication.Messages;

/// <summary>From a follower: what it holds of the owner's log, and the promise behind the owner's lease.</summary>
internal sealed class AppendAck : PeerMessage
{
    public required AppendAnswer Answer { get; init; }

    /// <summary>The follower's log is the owner's up to here; for <see cref="AppendAnswer.Mismatch"/> it is surely so up to here.</summary>
    public required long Matched { get; init; }

    /// <summary>The last snapshot of this epoch that the copy dropped its state for; 0 for none. What it held before says nothing any more.</summary>
    public required long Snapshot { get; init; }

    /// <summary>The number of <see cref="Append.Previous"/> of what this answers.</summary>
    public required long Previous { get; init; }

    /// <summary><see cref="Append.SentAt"/> of what this answers.</summary>
    public required long SentAt { get; init; }

    /// <summary>The follower's clock, for its freshness.</summary>
    public required FollowerTime FollowerTime { get; init; }
}
