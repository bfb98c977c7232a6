using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Replication;

/// <summary>
/// The copy that takes the writes, for one epoch: it executes under its lease, sends records to the others, and answers when those that are
/// in sync have them. <see cref="OwnerShipping"/> speaks to the others, <see cref="OwnerPlanning"/> decides who they should be.
/// </summary>
internal sealed class OwnerRole
{
    private readonly CopyContext _context;
    private readonly ReplicationSettings _settings;
    private readonly ReplicationRules _rules;
    private readonly CopyState _state;
    private readonly PendingReplies _pending = new();
    private readonly OwnerShipping _shipping;
    private readonly OwnerPlanning _planning;
    private readonly long _firstSequence;
    private long _tenureUntil = long.MinValue;
    private bool _isHandedOver;

    /// <summary>Takes over what the copy holds, under the epoch of the context's configuration.</summary>
    /// <param name="context">The copy's.</param>
    /// <param name="isFilling">Whether the host fills the store before anything is served or told to others; see <see cref="Filled"/>.</param>
    public OwnerRole(CopyContext context, bool isFilling)
    {
        _context = context;
        IsFilling = isFilling;
        _settings = context.Settings;
        _rules = context.Rules;
        _state = context.State;
        _state.TakeOver();
        _firstSequence = _state.Log.Last.Sequence + 1;

        // The first record of the epoch. When it is committed everything before it is, whoever acknowledged that.
        _state.Executed(new LogRecord { Position = new LogPosition(context.Epoch, _firstSequence), WrittenAt = context.Host.Now });
        var followers = new FollowerSet(context, _firstSequence);
        _shipping = new OwnerShipping(context, followers, this);
        _planning = new OwnerPlanning(context, followers, this);
        followers.CountMembers();
        Followers = followers;
        AdvanceCommit();
    }

    public FollowerSet Followers { get; }

    /// <inheritdoc cref="ReplicationCopy.IsFilling"/>
    public bool IsFilling { get; private set; }

    /// <summary>Whether all that was acknowledged in earlier epochs is committed here, and the host lets it be served.</summary>
    public bool IsActive => !IsFilling && !_context.IsSealed && _state.Commit >= (_isHandedOver ? _firstSequence - 1 : _firstSequence);

    /// <summary>Whether every write of this copy is on all copies in sync.</summary>
    public bool IsDrained => _state.Commit == _state.Log.Last.Sequence;

    /// <summary>Whether the copy answers: for tests and for the host's readiness.</summary>
    public bool IsServing => IsActive && !_planning.HasProposedHandover && HasLease();

    /// <inheritdoc cref="ReplicationCopy.ServesUntil"/>
    public long ServesUntil => IsActive && !_planning.HasProposedHandover
        ? Math.Min(_tenureUntil, Followers.EarliestLeaseStart() + _settings.LeaseTicks)
        : long.MinValue;

    /// <inheritdoc cref="ReplicationCopy.IsAlone"/>
    public bool IsAlone => Followers.All.Count == 0 && IsDrained && IsActive;

    /// <summary>The authority answered a question that was asked at a time of this clock, and named this copy owner of this epoch.</summary>
    public void RenewTenure(long askedAt)
    {
        _tenureUntil = Math.Max(_tenureUntil, _rules.LeaseStart(askedAt, _context.Host.Now) + _settings.TenureTicks);
        AdvanceCommit();
    }

    /// <summary>
    /// The former owner has handed the partition over: its last write was on all copies in sync before it proposed that, and it promises this copy
    /// the lease. So this copy need not wait until they have its own first record.
    /// </summary>
    public void TakeOver(CopyId former, long countsFrom)
    {
        _isHandedOver = true;
        _state.SetCommit(_firstSequence - 1, Followers.EarliestSnapshotStart());
        if (Followers.Find(former) is { } follower)
        {
            follower.LeaseStart = Math.Max(follower.LeaseStart, _rules.LeaseStart(countsFrom, _context.Host.Now));
        }

        RenewTenure(countsFrom);
    }

    /// <inheritdoc cref="OwnerPlanning.HandoverTo"/>
    public HandoverTimes? HandoverTo(CopyId next) => _planning.HandoverTo(next);

    /// <inheritdoc cref="ReplicationCopy.Filled"/>
    public void Filled() => IsFilling = false;

    /// <summary>The process slept: that nobody was heard means nothing.</summary>
    public void Woke() => Followers.Excuse(_context.Host.Now);

    public void Tick(long now)
    {
        _planning.Tick(now);
        _shipping.Tick(now);
        AdvanceCommit();
    }

    /// <summary>Sends what was written since the last call.</summary>
    public void Flush() => _shipping.Flush();

    /// <summary>The recorded or the proposed set of copies in sync is another.</summary>
    public void ConfigurationChanged()
    {
        Followers.CountMembers();
        AdvanceCommit();
    }

    public void OnAck(AppendAck ack) => _shipping.OnAck(ack);

    public void OnChunkAck(ChunkAck ack) => _shipping.OnChunkAck(ack);

    /// <summary>
    /// Whether no other copy can be owner at this moment: every copy in sync has promised, and the authority has. To be asked after what it
    /// shall justify, because the process may be stopped at any point.
    /// </summary>
    public bool HasLease()
    {
        var now = _context.Host.Now;
        return now < _tenureUntil && now < Followers.EarliestLeaseStart() + _settings.LeaseTicks;
    }

    /// <inheritdoc cref="ReplicationCopy.TryAdmit"/>
    public bool TryAdmit(in ClientRequest request)
    {
        if (!IsActive || _planning.HasProposedHandover || !_rules.MayServe(HasLease()))
        {
            Refuse(request, ReplyStatus.NotServing);
        }
        else if (request.Session.Epoch > _context.Epoch)
        {
            // The caller has seen a later owner than this one.
            Refuse(request, ReplyStatus.Moved);
        }
        else
        {
            return request.IsRead || TryAdmitWrite(request);
        }

        return false;
    }

    /// <inheritdoc cref="ReplicationCopy.Executed"/>
    public void Executed(in ClientRequest request, in CommandEffect effect)
    {
        if (request.IsRead || (!effect.HasChanged && (request.Operation.IsNone || !_rules.RemembersUnchanged)))
        {
            AnswerUnchanged(request, effect);
        }
        else if (IsAlone)
        {
            WrittenAlone(request, effect);
        }
        else
        {
            Written(request, effect);
        }
    }

    /// <inheritdoc cref="ReplicationCopy.ExecutedAlone"/>
    public void ExecutedAlone(long writes) => _state.ExecutedAlone(new LogPosition(_context.Epoch, _state.Log.Last.Sequence + writes));

    /// <inheritdoc cref="ReplicationCopy.Amend"/>
    public void Amend(ReadOnlyMemory<byte> change)
    {
        if (IsActive && Followers.All.Count > 0 && !_planning.IsHandingOver && !IsFull)
        {
            _state.Executed(new LogRecord { Position = NextPosition, Change = change, WrittenAt = _context.Host.Now });
            AdvanceCommit();
        }
    }

    /// <inheritdoc cref="ReplicationCopy.IsAwaited"/>
    public bool IsAwaited(ulong keyHash) => _pending.IsChanged(keyHash, out _, out var isAwaited) && isAwaited;

    /// <inheritdoc cref="ReplicationCopy.SeenBy"/>
    public LogPosition SeenBy(ulong keyHash) =>
        _pending.IsChanged(keyHash, out var sequence, out _) ? new LogPosition(_context.Epoch, sequence) : _state.CommittedPosition;

    /// <summary>Commits what all copies in sync have, and answers who waited for it.</summary>
    public void AdvanceCommit()
    {
        var commit = _rules.Committed(_state.Log.Last.Sequence, Math.Min(_state.Log.Last.Sequence, Followers.SlowestMatched()));

        // Without tenure the authority may have given the partition up, with all its copies.
        if (commit <= _state.Commit || !_rules.MayServe(_context.Host.Now < _tenureUntil))
        {
            return;
        }

        for (var sequence = _state.Commit + 1; sequence <= commit; sequence++)
        {
            _pending.Committed(_state.Log[sequence]);
        }

        _state.SetCommit(commit, Followers.EarliestSnapshotStart());
        while (_pending.TryTake(commit, out var reply, out var sequence))
        {
            _context.Host.Reply(reply with { Copies = Followers.CopiesWith(sequence) });
        }

        _planning.Committed();
    }

    /// <summary>Another copy is owner: what waits here will not be known here.</summary>
    public void Abandon()
    {
        while (_pending.TryAbandon(out var reply))
        {
            _context.Host.Reply(reply with { Owner = _context.Configuration.Owner });
        }
    }

    private LogPosition NextPosition => new(_context.Epoch, _state.Log.Last.Sequence + 1);

    /// <summary>Whether as much waits for the replicas as may.</summary>
    private bool IsFull => _state.Log.Last.Sequence - _state.Commit is > 0 and var uncommitted
        && (uncommitted >= _settings.MaxUncommitted || _state.Log.Bytes >= _settings.MaxLogBytes);

    private bool TryAdmitWrite(in ClientRequest request)
    {
        if (!request.Operation.IsNone && IsRepetition(request))
        {
            return false;
        }

        if (_planning.IsHandingOver || IsFull)
        {
            Refuse(request, ReplyStatus.Busy);
            return false;
        }

        if (request.Concern == WriteConcern.Majority && Followers.RecordedInSync() * 2 <= _settings.Copies)
        {
            Refuse(request, ReplyStatus.NoMajority);
            return false;
        }

        return true;
    }

    /// <summary>
    /// Nobody follows: nothing is kept of the write but its number, and its operation. Who comes to follow is filled by a snapshot, which has it.
    /// </summary>
    private void WrittenAlone(in ClientRequest request, in CommandEffect effect)
    {
        var position = NextPosition;
        _state.ExecutedAlone(position);
        _state.Remember(new LogRecord { Position = position, Operation = request.Operation, Result = effect.Result });

        // Without tenure the authority may have given the partition up.
        var reply = Done(request, effect.Result, position);
        _context.Host.Reply(_rules.MayServe(HasLease()) ? reply : reply with { Status = ReplyStatus.Unknown });
    }

    private void Written(in ClientRequest request, in CommandEffect effect)
    {
        var position = NextPosition;
        _state.Executed(new LogRecord
        {
            Position = position,
            Change = effect.Change,
            WrittenAt = _context.Host.Now,
            KeyHash = effect.KeyHash,
            Operation = request.Operation,
            Result = request.Operation.IsNone ? default : effect.Result,
        });
        var isAwaited = request.Concern != WriteConcern.Owner;
        var awaited = position.Sequence;
        if (effect.HasChanged && effect.IsOfAllKeys)
        {
            _pending.AllChanged(position.Sequence, isAwaited);
        }
        else if (effect.HasChanged)
        {
            _pending.Changed(effect.KeyHash, position.Sequence, isAwaited);
        }
        else if (!isAwaited)
        {
            // Its answer tells what the entry is, and that may wait for somebody else's write.
            _ = _pending.IsChanged(effect.KeyHash, out awaited, out isAwaited);
        }

        var reply = Done(request, effect.Result, position);
        if (isAwaited)
        {
            _pending.Add(awaited, isWrite: true, reply);
        }
        else
        {
            // Executed, and after that perhaps the lease was over: then it will likely be cut off.
            _context.Host.Reply(_rules.MayServe(HasLease()) ? reply : reply with { Status = ReplyStatus.Unknown });
        }

        AdvanceCommit();
    }

    /// <summary>Answers an operation that was executed before, or that may have been and would not be remembered.</summary>
    private bool IsRepetition(in ClientRequest request)
    {
        if (_state.Operations.TryFind(request.Operation, out var first) && _rules.AnswersRepetitions)
        {
            var reply = Done(request, first.Result, first.Position);
            if (request.Concern == WriteConcern.Owner || first.Position.Sequence <= _state.Commit)
            {
                _context.Host.Reply(reply with { Copies = Followers.CopiesWith(first.Position.Sequence) });
            }
            else
            {
                _pending.Add(first.Position.Sequence, isWrite: true, reply);
            }

            return true;
        }

        if (_rules.RefusesForgotten && (request.Began is { } began ? began <= _state.Operations.ForgottenAt : request.Since < _state.Operations.Forgotten))
        {
            Refuse(request, ReplyStatus.Forgotten);
            return true;
        }

        return false;
    }

    /// <summary>
    /// Answers what changed nothing: a read, or a write whose condition did not hold. Both tell what the entry is, so both wait until that
    /// can not be cut off any more.
    /// </summary>
    private void AnswerUnchanged(in ClientRequest request, in CommandEffect effect)
    {
        if (!_rules.MayServe(HasLease()))
        {
            Refuse(request, ReplyStatus.NotServing);
            return;
        }

        _ = _pending.IsChanged(effect.KeyHash, out var sequence, out var isAwaited);
        var reply = Done(request, effect.Result, SeenBy(effect.KeyHash));
        if (isAwaited && _rules.ReadsWaitForCommit)
        {
            _pending.Add(sequence, isWrite: false, reply);
            return;
        }

        _context.Host.Reply(reply);
    }

    private ClientReply Done(in ClientRequest request, ReadOnlyMemory<byte> result, LogPosition position) => new()
    {
        Id = request.Id,
        Waiter = request.Waiter,
        Status = ReplyStatus.Done,
        Result = result,
        Copies = 1,
        Position = position,
        Owner = _context.Self,
    };

    private void Refuse(in ClientRequest request, ReplyStatus status) => _context.Host.Reply(new ClientReply
    {
        Id = request.Id,
        Waiter = request.Waiter,
        Status = status,
        Owner = _context.Self,
        Position = _state.CommittedPosition,
    });
}
