namespace Orleans.Cache.Engine.Replication;

/// <summary>What a copy holds, whatever its role: the entries, the end of the log, the operations, and how far each of them is.</summary>
/// <remarks>
/// 1. The store reflects exactly the records up to <see cref="Applied"/> when <see cref="DirtyTo"/> is not above it; a store filled by a scan
///    may reflect some of the records up to <see cref="DirtyTo"/>, of that epoch's log.
/// 2. An owner applies at once, a follower what is committed. So what a follower must cut off was never applied, but for the last records of
///    a former owner, or of a scan: then the copy starts over.
/// </remarks>
internal sealed class CopyState(IEntryStore store, ReplicationSettings settings, ReplicationRules rules, Func<long> now)
{
    public IEntryStore Store { get; } = store;

    public RecordLog Log { get; } = new();

    public OperationTable Operations { get; } = new(settings.OperationsKept, settings.OperationsKeptTicks);

    /// <summary>Whether there is a state at all; a copy that waits for a snapshot, or is being filled, has none.</summary>
    public bool IsPresent { get; private set; }

    /// <summary>Every copy in sync has the records up to here, as far as this copy knows.</summary>
    public long Commit { get; private set; }

    /// <summary>The store has the records up to here.</summary>
    public long Applied { get; private set; }

    /// <summary>The store may have something of the records up to here, as they were in that epoch.</summary>
    public LogPosition DirtyTo { get; private set; }

    /// <summary>Whether the store is exactly what was committed up to <see cref="Commit"/>.</summary>
    public bool IsConsistent => IsPresent && Applied == Commit && DirtyTo.Sequence <= Commit;

    public LogPosition CommittedPosition => Log.PositionAt(Commit);

    /// <summary>Begins a partition without entries.</summary>
    public void StartEmpty(long epoch)
    {
        Drop();
        IsPresent = true;

        // An attempt from before has to be refused, though nothing is remembered: it may have been executed in a life that is lost.
        Operations.Load([], new LogPosition(epoch, 0), now(), now());
    }

    /// <summary>Drops everything.</summary>
    public void Drop()
    {
        Store.Clear();
        Forget();
    }

    /// <summary>Drops everything but what the store holds.</summary>
    public void Forget()
    {
        Log.Reset(default);
        Operations.Clear();
        IsPresent = false;
        Commit = Applied = 0;
        DirtyTo = default;
    }

    /// <summary>Takes a store that a snapshot has filled.</summary>
    public void StartFrom(LogPosition start, LogPosition dirtyTo)
    {
        Log.Reset(start);
        Commit = Applied = start.Sequence;
        DirtyTo = dirtyTo;
        IsPresent = true;
    }

    /// <summary>Adds a record that the owner just executed.</summary>
    public void Executed(in LogRecord record)
    {
        Log.Append(record);
        Remember(record);
        Applied = record.Position.Sequence;
        DirtyTo = record.Position;
    }

    /// <summary>Skips the numbers of writes that the owner just executed, and that no other copy will need the records of.</summary>
    public void ExecutedAlone(LogPosition position)
    {
        Log.Skip(position);
        Applied = Commit = position.Sequence;
        DirtyTo = position;
    }

    /// <summary>Applies the records of the log up to a number, if they are not yet.</summary>
    public void Apply(long upTo)
    {
        for (; Applied < upTo; Applied++)
        {
            ref readonly var record = ref Log[Applied + 1];
            if (!record.Change.IsEmpty && rules.Applies(record))
            {
                Store.Apply(record.Change, record.WrittenAt);
            }

            if (rules.FollowerRemembersOperations)
            {
                Remember(record);
            }
        }
    }

    /// <summary>Remembers what the operation of a record was answered, if it has an id.</summary>
    public void Remember(in LogRecord record)
    {
        if (!record.Operation.IsNone)
        {
            Operations.Add(record, now());
        }
    }

    /// <summary>
    /// Adds a record of the owner's log, in the place of what stands there and behind it if that went another way.
    /// </summary>
    /// <returns><see langword="false"/> if the store has what would have to be cut off: the copy must start over.</returns>
    public bool TryTake(in LogRecord record)
    {
        var sequence = record.Position.Sequence;
        if (sequence <= Log.Last.Sequence)
        {
            if (Log.PositionAt(sequence) == record.Position)
            {
                return true;
            }

            if (sequence <= Applied)
            {
                return false;
            }

            Log.CutAfter(sequence - 1);
        }

        if (sequence <= DirtyTo.Sequence && record.Position.Epoch > DirtyTo.Epoch)
        {
            return false;
        }

        Log.Append(record with { Change = Store.Keep(record.Change), Result = record.Result.IsEmpty ? default : record.Result.ToArray() });
        return true;
    }

    /// <summary>Takes over, as a new owner, all that the log holds.</summary>
    public void TakeOver()
    {
        if (!rules.KeepsTail)
        {
            Log.CutAfter(Math.Max(Commit, Applied));
        }

        Apply(Log.Last.Sequence);
        DirtyTo = Log.Last;
    }

    /// <summary>Learns how far all is committed, and forgets records that nobody will ask for.</summary>
    public void SetCommit(long commit, long keepFrom)
    {
        Commit = Math.Max(Commit, commit);
        Log.Trim(Math.Min(Math.Min(Commit, Applied), keepFrom), Math.Min(Commit, Applied) - settings.TailRecords, settings.TailBytes);
    }
}
