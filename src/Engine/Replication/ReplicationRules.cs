namespace Orleans.Cache.Engine.Replication;

/// <summary>
/// The decisions that safety hangs on, each by its name. The product has one set of them, <see cref="SoundRules"/>; the simulator breaks
/// one at a time, to see that its checkers notice.
/// </summary>
internal abstract class ReplicationRules
{
    /// <summary>An owner answers only under its lease, read from the clock after it executed.</summary>
    public virtual bool MayServe(bool hasLease) => hasLease;

    /// <summary>A lease counts from when the question was sent: the promise began at the earliest then.</summary>
    public virtual long LeaseStart(long sentAt, long receivedAt) => sentAt;

    /// <summary>How long a replica that answered its owner proposes nobody else.</summary>
    public virtual long PromiseTicks(ReplicationSettings settings) => settings.PromiseTicks;

    /// <summary>A replica that has proposed itself promises nothing until it knows what came of it.</summary>
    public virtual bool MayPromise(bool proposing) => !proposing;

    /// <summary>A copy whose clock began anew does not know what it promised, and waits as if it had just done so.</summary>
    public virtual bool WaitsAfterRestart => true;

    /// <summary>Whoever speaks under an older epoch is refused.</summary>
    public virtual bool IsStale(long epoch, long known) => epoch < known;

    /// <summary>A record is committed when the slowest copy in sync has it.</summary>
    public virtual long Committed(long last, long slowest) => slowest;

    /// <summary>Until a proposal is decided, the copies of both the recorded and the proposed set count as in sync.</summary>
    public virtual bool CountsProposed => true;

    /// <summary>A replica that does not answer counts as in sync until the authority has recorded that it is not.</summary>
    public virtual bool RecordsShrinkFirst => true;

    /// <summary>A new owner takes over all records it holds, for each may have been acknowledged.</summary>
    public virtual bool KeepsTail => true;

    /// <summary>A follower applies every committed record.</summary>
    public virtual bool Applies(in LogRecord record) => true;

    /// <summary>A follower remembers operations and results as the owner does.</summary>
    public virtual bool FollowerRemembersOperations => true;

    /// <summary>A repeated operation is not executed again.</summary>
    public virtual bool AnswersRepetitions => true;

    /// <summary>An operation that changed nothing is remembered as well: a late attempt may find that it would now.</summary>
    public virtual bool RemembersUnchanged => true;

    /// <summary>An operation that is older than what is remembered is not executed.</summary>
    public virtual bool RefusesForgotten => true;

    /// <summary>The records after the base of a snapshot are applied over it: what was committed when the scan began, not when it ended.</summary>
    public virtual LogPosition SnapshotBase(LogPosition atBegin, LogPosition atEnd) => atBegin;

    /// <summary>A copy drops what it has before it takes a snapshot: what was removed since is not in the snapshot.</summary>
    public virtual bool ClearsBeforeSnapshot => true;

    /// <summary>What a copy said that it holds does not count after it dropped that for a snapshot.</summary>
    public virtual bool CountsAnswer(long snapshot, long lastSnapshot) => snapshot == lastSnapshot;

    /// <summary>A copy filled by a snapshot gives no version that was given before.</summary>
    public virtual bool ShipsVersionFloor => true;

    /// <summary>Who read what is not committed yet is answered when it is.</summary>
    public virtual bool ReadsWaitForCommit => true;

    /// <summary>A replica answers only while it can prove that it was up to date within the bound.</summary>
    public virtual bool IsFresh(long age, long bound) => age <= bound;

    /// <summary>An owner vouches for a replica's freshness only under its lease.</summary>
    public virtual bool VouchesOnlyUnderLease => true;

    /// <summary>A copy that is older than what the session has seen does not answer.</summary>
    public virtual bool HasSeen(LogPosition position, LogPosition session) => position >= session;
}
