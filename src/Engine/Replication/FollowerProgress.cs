namespace Orleans.Cache.Engine.Replication;

/// <summary>What an owner knows of one other copy, in its epoch.</summary>
internal sealed class FollowerProgress(CopyId copy, long now)
{
    public CopyId Copy { get; } = copy;

    /// <summary>The follower has the owner's log up to here.</summary>
    public long Matched { get; set; }

    /// <summary>The next record to send; after a loss it goes back.</summary>
    public long Next { get; set; }

    /// <summary>Where sending began, or begins again: the follower's log is said to join the owner's here.</summary>
    public long JoinAt { get; set; }

    /// <summary>From when its promise counts, by the owner's clock; <see cref="long.MinValue"/> before the first.</summary>
    public long LeaseStart { get; set; } = long.MinValue;

    /// <summary>When it was heard last, or when the owner began to listen.</summary>
    public long HeardAt { get; set; } = now;

    /// <summary>How long its last answer took; or half of what is here of the answers before, if that is more. In ticks.</summary>
    public long RoundTrip { get; private set; }

    /// <summary>The follower's own clock, as it told last.</summary>
    public FollowerTime FollowerTime { get; set; } = FollowerTime.None;

    /// <summary>When it was spoken to last.</summary>
    public long SentAt { get; set; } = long.MinValue / 2;

    /// <summary>When it acknowledged something new last, or was sent something after a pause.</summary>
    public long ProgressAt { get; set; } = now;

    /// <summary>Whether its log is known to join the owner's, so that records can be sent.</summary>
    public bool IsStreaming { get; set; }

    /// <summary>When it came to be so, by the owner's clock.</summary>
    public long StreamingSince { get; set; } = long.MinValue;

    /// <summary>The snapshot that it is being filled from, or none.</summary>
    public SnapshotSending? Snapshot { get; set; }

    /// <summary>The last snapshot that was begun for it in this epoch; 0 for none.</summary>
    public long LastSnapshot { get; set; }

    /// <summary>It may not count as in sync before it has the records up to here, because its snapshot has seen them.</summary>
    public long SnapshotEnd { get; set; }

    /// <summary>How many entries were sent to it, in all snapshots.</summary>
    public long EntriesSent { get; set; }

    /// <summary>How many bytes they took.</summary>
    public long BytesSent { get; set; }

    /// <summary>It answered at a time what was sent at another, both by the owner's clock.</summary>
    public void Heard(long sentAt, long now)
    {
        HeardAt = Math.Max(HeardAt, now);
        RoundTrip = Math.Max(now - sentAt, RoundTrip / 2);
    }

    /// <summary>Sends from this record on.</summary>
    public void JoinFrom(long sequence, long now)
    {
        IsStreaming = true;
        Next = JoinAt = sequence;
        ProgressAt = now;
    }
}
