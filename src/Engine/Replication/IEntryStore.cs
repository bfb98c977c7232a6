namespace Orleans.Cache.Engine.Replication;

/// <summary>
/// The entries of one copy, whose bytes the replication core does not own. Not safe for several threads: the core is its only user, or the
/// host holds a lock that both take.
/// </summary>
internal interface IEntryStore
{
    /// <summary>The highest version that was given or applied; a version given later is higher, also on another copy.</summary>
    long VersionFloor { get; }

    /// <summary>Executes a command on the owner's copy, and says what it changed as a state that <see cref="Apply"/> takes.</summary>
    CommandEffect Execute(ReadOnlyMemory<byte> command);

    /// <summary>Executes a command that changes nothing.</summary>
    CommandEffect Read(ReadOnlyMemory<byte> command);

    /// <summary>Takes over a change: doing it twice is doing it once, and the last one counts, whatever the copy held.</summary>
    void Apply(ReadOnlyMemory<byte> change);

    /// <summary>
    /// Appends entries as changes: whoever starts at 0 and goes on until the cursor is 0 again has got every entry that was there throughout.
    /// </summary>
    void Scan(ref uint cursor, int atMost, List<ReadOnlyMemory<byte>> changes);

    void RaiseVersionFloor(long version);

    void Clear();
}
