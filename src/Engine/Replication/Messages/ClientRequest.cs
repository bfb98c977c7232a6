namespace Orleans.Cache.Engine.Replication.Messages;

/// <summary>An operation of a caller on one copy.</summary>
internal readonly struct ClientRequest
{
    /// <summary>The host's number for this attempt; comes back in the reply.</summary>
    public required long Id { get; init; }

    /// <summary>Who waits for the reply, for the host to find; comes back in it.</summary>
    public object? Waiter { get; init; }

    /// <summary>Whether the operation changes nothing whatever it finds.</summary>
    public required bool IsRead { get; init; }

    public ReadLevel Level { get; init; }

    public WriteConcern Concern { get; init; }

    /// <summary>The highest position that the caller's session has seen in this partition: nothing older may answer.</summary>
    public LogPosition Session { get; init; }

    /// <summary>Names the operation if a repetition must not be executed again.</summary>
    public OperationId Operation { get; init; }

    /// <summary>
    /// With an id: a position that the caller knew before its first attempt, the same in all of them. If the operation was executed, then
    /// after this position; so the copy knows whether it would remember.
    /// </summary>
    public LogPosition Since { get; init; }

    /// <summary>
    /// In place of <see cref="Since"/>: a time of this copy's clock that was surely over before the first attempt was sent. What is not after it was
    /// not this operation.
    /// </summary>
    public long? Began { get; init; }
}
