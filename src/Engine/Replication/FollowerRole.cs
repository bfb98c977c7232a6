using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Replication;

/// <summary>
/// A copy that is not owner: it takes the owner's records, promises it the lease, answers reads that may be stale, and proposes itself when
/// its promise ran out and it is in sync.
/// </summary>
internal sealed class FollowerRole(CopyContext context, Random random)
{
    private readonly ReplicationSettings _settings = context.Settings;
    private readonly ReplicationRules _rules = context.Rules;
    private readonly CopyState _state = context.State;

    // Of this epoch: how far the log is the owner's, and the snapshot that fills this copy.
    private long _matched;
    private long _snapshot;
    private int _nextChunk;
    private bool _isFilling;

    private int _era;
    private long _promisedUntil = long.MinValue;
    private long _patientUntil = long.MinValue;
    private long _freshAsOf = long.MinValue;

    /// <summary>Begins an epoch whose owner is another copy.</summary>
    public void EnterEpoch()
    {
        StopFilling();
        _matched = _snapshot = 0;
        BePatient(_settings.PromiseTicks);
    }

    /// <summary>After a restart that kept the memory: the clock began anew, and nobody is connected.</summary>
    public void Restart()
    {
        StopFilling();
        _era++;
        _promisedUntil = _patientUntil = _freshAsOf = long.MinValue;
        if (_rules.WaitsAfterRestart)
        {
            _promisedUntil = context.Host.Now + _settings.PromiseTicks;
            BePatient(_settings.PromiseTicks);
        }
    }

    /// <summary>Whether a reading is of this copy's clock since it began last.</summary>
    public bool IsOfThisEra(FollowerTime time) => time.Era == _era;

    /// <summary>The process slept: that nobody was heard means nothing.</summary>
    public void Woke() => BePatient(_settings.SuspectTicks);

    public void Tick(long now)
    {
        if (context.Proposal is not null || now <= _promisedUntil || now <= _patientUntil)
        {
            return;
        }

        var configuration = context.Configuration;
        var isInSync = configuration.Contains(context.Self);
        if (!isInSync && context.Wanted?.Owner != context.Self.Node)
        {
            return;
        }

        if (!context.HearsAuthority(now))
        {
            context.AskSoon(now);
        }
        else if (isInSync)
        {
            var others = configuration.InSync.Where(copy => copy != configuration.Owner || copy == context.Self);
            context.Propose(configuration.WithOwner(context.Self, [.. others]));
        }
        else
        {
            // Nobody speaks to this copy, which should own the partition. The authority knows whether there is anything left.
            BePatient(_settings.PromiseTicks);
            context.Propose(configuration.Emptied(context.Self, _settings.FirstEpoch?.Invoke() ?? 1));
        }
    }

    /// <summary>From when on it proposes itself, if its owner says nothing more.</summary>
    public long ProposesAt => Math.Max(_promisedUntil, _patientUntil) + 1;

    /// <summary>Proposes nobody for as long as the owner may take this copy to serve it.</summary>
    public void Promise() => _promisedUntil = Math.Max(_promisedUntil, context.Host.Now + _rules.PromiseTicks(_settings));

    public void OnAppend(Append message)
    {
        if (!_rules.MayPromise(context.Proposal is not null))
        {
            return;
        }

        Promise();
        Answer(message, Take(message));
    }

    public void OnChunk(SnapshotChunk chunk)
    {
        if (!_rules.MayPromise(context.Proposal is not null) || (_state.IsPresent && context.Configuration.Contains(context.Self)))
        {
            return;
        }

        if (chunk.Snapshot > _snapshot && chunk.Index == 0)
        {
            StartFilling(chunk.Snapshot);
        }

        if (chunk.Snapshot < _snapshot)
        {
            return;
        }

        var isKnown = chunk.Snapshot == _snapshot && (_isFilling || _state.IsPresent);
        if (isKnown && _isFilling && chunk.Index == _nextChunk)
        {
            Fill(chunk);
        }

        context.Host.Send(new ChunkAck
        {
            From = context.Self,
            To = chunk.From,
            Epoch = context.Epoch,
            Snapshot = chunk.Snapshot,
            Index = isKnown && chunk.Index < _nextChunk ? chunk.Index : ChunkAck.BeginAgain,
        });
    }

    /// <summary>Whether a read may be executed here; if not, it is refused.</summary>
    public bool TryAdmit(in ClientRequest request)
    {
        var status = request.Level is ReadLevel.Owner or ReadLevel.Hot || !request.IsRead ? ReplyStatus.Moved : MayRead(request.Session);
        if (status == ReplyStatus.Done)
        {
            return true;
        }

        Refuse(request, status);
        return false;
    }

    /// <inheritdoc cref="ReplicationCopy.MayReadStale"/>
    public ReplyStatus MayRead(LogPosition session)
    {
        if (!_state.IsConsistent)
        {
            return ReplyStatus.NotServing;
        }

        return _rules.HasSeen(_state.CommittedPosition, session) ? ReplyStatus.Done : ReplyStatus.Behind;
    }

    /// <inheritdoc cref="ReplicationCopy.IsFresh"/>
    public bool IsFresh => _freshAsOf != long.MinValue && _rules.IsFresh(context.Host.Now - _freshAsOf, _settings.StalenessTicks);

    /// <summary>Answers a read that was executed, if this copy may.</summary>
    public void Executed(in ClientRequest request, in CommandEffect effect)
    {
        // The clock is read after the entry was: the process may have slept in between.
        if (!IsFresh)
        {
            Refuse(request, ReplyStatus.NotServing);
            return;
        }

        context.Host.Reply(new ClientReply
        {
            Id = request.Id,
            Waiter = request.Waiter,
            Status = ReplyStatus.Done,
            Result = effect.Result,
            Position = _state.CommittedPosition,
            Owner = context.Configuration.Owner,
        });
    }

    private AppendAnswer Take(Append message)
    {
        if (!_state.IsPresent)
        {
            return AppendAnswer.NeedsSnapshot;
        }

        var previous = message.Previous;
        var known = Math.Max(_matched, _state.Commit);
        if (previous.Sequence > known && !(_state.Log.Reaches(previous.Sequence) && _state.Log.PositionAt(previous.Sequence) == previous))
        {
            return AppendAnswer.Mismatch;
        }

        foreach (ref readonly var record in message.Records.AsSpan())
        {
            if (record.Position.Sequence > known && !_state.TryTake(record))
            {
                context.Discard();
                _matched = _snapshot = 0;
                return AppendAnswer.NeedsSnapshot;
            }
        }

        _matched = Math.Max(_matched, previous.Sequence + message.Records.Length);
        var commit = Math.Min(message.Commit, _matched);
        _state.Apply(commit);
        _state.SetCommit(commit, keepFrom: long.MaxValue);

        // Only behind the first record of the epoch does the owner's commit contain all that was acknowledged before.
        if (message.Echo.Era == _era && _state.Commit >= message.Commit && _state.CommittedPosition.Epoch == message.Epoch)
        {
            _freshAsOf = Math.Max(_freshAsOf, message.Echo.Ticks);
        }

        return AppendAnswer.Accepted;
    }

    private void Answer(Append message, AppendAnswer answer) => context.Host.Send(new AppendAck
    {
        From = context.Self,
        To = message.From,
        Epoch = context.Epoch,
        Answer = answer,
        Matched = Math.Max(_matched, _state.Commit),
        Snapshot = _snapshot,
        Previous = message.Previous.Sequence,
        SentAt = message.SentAt,
        FollowerTime = new FollowerTime(_era, context.Host.Now),
    });

    private void StopFilling()
    {
        if (_isFilling)
        {
            _state.Drop();
            _isFilling = false;
        }
    }

    private void StartFilling(long snapshot)
    {
        if (_rules.ClearsBeforeSnapshot)
        {
            _state.Drop();
        }
        else
        {
            _state.Forget();
        }

        _snapshot = snapshot;
        _nextChunk = 0;
        _isFilling = true;
    }

    private void Fill(SnapshotChunk chunk)
    {
        foreach (var change in chunk.Changes)
        {
            _state.Store.Apply(change, chunk.WrittenAt);
        }

        _nextChunk++;
        if (!chunk.IsLast)
        {
            return;
        }

        _isFilling = false;
        _state.StartFrom(chunk.Base, chunk.End);
        var now = context.Host.Now;
        _state.Operations.Load(chunk.Operations, chunk.OperationsForgotten, _settings.Latest(chunk.OperationsForgottenAt, now), now);
        if (_rules.ShipsVersionFloor)
        {
            _state.Store.RaiseVersionFloor(chunk.VersionFloor);
        }

        _matched = chunk.Base.Sequence;
    }

    private void BePatient(long ticks) => _patientUntil = Math.Max(_patientUntil, context.Host.Now + ticks + random.NextInt64(_settings.BeatTicks));

    private void Refuse(in ClientRequest request, ReplyStatus status) =>
        context.Host.Reply(new ClientReply { Id = request.Id, Waiter = request.Waiter, Status = status, Owner = context.Configuration.Owner });
}
