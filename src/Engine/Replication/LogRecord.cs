namespace Orleans.Cache.Engine.Replication;

/// <summary>
/// One change of a partition, as its owner decided it: a state to be taken over, never a command to be executed again. Version and time to
/// live are inside <see cref="Change"/>, chosen by the owner; the time as what was left at <see cref="WrittenAt"/>, because clocks differ.
/// </summary>
internal readonly struct LogRecord
{
    public required LogPosition Position { get; init; }

    /// <summary>
    /// For the store to apply; empty in the record that begins an epoch, and in that of an operation which found nothing to change. Buffers
    /// are shared, and never changed.
    /// </summary>
    public ReadOnlyMemory<byte> Change { get; init; }

    /// <summary>When the change was written, by the clock of the host that holds the record: on the way to another one it is told as an age.</summary>
    public long WrittenAt { get; init; }

    /// <summary>Any hash of the key, the same for equal keys.</summary>
    public ulong KeyHash { get; init; }

    public OperationId Operation { get; init; }

    /// <summary>What the operation was answered, for its repetitions; empty without an id.</summary>
    public ReadOnlyMemory<byte> Result { get; init; }
}
