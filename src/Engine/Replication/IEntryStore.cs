namespace Orleans.Cache.Engine.Replication;

/// <summary>
/// The entries of one copy, whose bytes the replication core does not own. It takes changes over; operations are executed by the host,
/// between <see cref="ReplicationCopy.TryAdmit"/> and <see cref="ReplicationCopy.Executed"/>. Not safe for several threads: the core is its only user, or the
/// host holds a lock that both take.
/// </summary>
internal interface IEntryStore
{
    /// <summary>The highest version that was given or applied; a version given later is higher, also on another copy.</summary>
    long VersionFloor { get; }

    /// <summary>Takes over a change: doing it twice is doing it once, and the last one counts, whatever the copy held.</summary>
    /// <param name="change">The change.</param>
    /// <param name="writtenAt">When it had the times that it tells, by the host's clock.</param>
    void Apply(ReadOnlyMemory<byte> change, long writtenAt);

    /// <summary>
    /// Appends entries as changes: whoever starts at 0 and goes on until the cursor is 0 again has got every entry that was there throughout.
    /// </summary>
    void Scan(ref ulong cursor, int atMost, List<ReadOnlyMemory<byte>> changes);

    /// <summary>Copies a change out of the bytes of a message: the log keeps it for long, and must not keep the message.</summary>
    ReadOnlyMemory<byte> Keep(ReadOnlyMemory<byte> change);

    void RaiseVersionFloor(long version);

    void Clear();
}
