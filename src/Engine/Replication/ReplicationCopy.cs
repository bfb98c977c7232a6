using System.Diagnostics;
using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Replication;

/// <summary>
/// One copy of one partition: a state machine without threads, clock or network of its own. The same inputs give the same outputs.
/// </summary>
/// <remarks>
/// <para>
/// 1. The authority records who owns the partition, under which epoch, and which copies are in sync; it accepts one successor of each
///    version. Each copy in sync has every record that was acknowledged by more than the owner.
/// 2. A replica in sync that answered its owner proposes nobody until its promise runs out; the owner serves only while all those promises
///    hold, by its own clock, counted from before it asked. So nobody serves when another is made owner.
/// 3. The owner acknowledges a write when all copies in sync have it. It leaves one out only after the authority has recorded the set
///    without it. A copy that it proposes to add counts from the proposal on.
/// 4. A copy in sync becomes owner with all records it holds. What others hold beyond that was never acknowledged, and is cut off.
/// </para>
/// <para>See docs/decisions/0020-replication.md. Not safe for several threads: the host serialises its calls. It calls <see cref="Tick"/> a few
/// times per beat, and <see cref="Flush"/> after each group of calls, so that records of many writes leave together.</para>
/// <para>Primary-backup replication with a configuration authority beside it follows PacificA (Lin et al., Microsoft Research, 2008); joining
/// logs by epoch and number follows Raft (Ongaro and Ousterhout, 2014).</para>
/// </remarks>
[DebuggerDisplay("{Self} {Role} {Configuration}")]
internal sealed class ReplicationCopy
{
    private readonly CopyContext _context;
    private readonly FollowerRole _follower;
    private OwnerRole? _owner;
    private long _tickedAt;

    /// <summary>Makes a copy that holds nothing.</summary>
    /// <param name="self">With an incarnation that leaves room above it: each time the copy drops its state it takes the next.</param>
    /// <param name="host">The world around it.</param>
    /// <param name="settings">The same on all copies.</param>
    /// <param name="rules"><see cref="SoundRules"/>, but in tests of the tests.</param>
    /// <param name="store">Empty.</param>
    /// <param name="random">Spreads proposals in time; nothing depends on it.</param>
    public ReplicationCopy(
        CopyId self, IReplicationHost host, ReplicationSettings settings, ReplicationRules rules, IEntryStore store, Random random)
    {
        ArgumentNullException.ThrowIfNull(host);
        _context = new CopyContext(self, host, settings, rules, new CopyState(store, settings, rules, () => host.Now));
        _follower = new FollowerRole(_context, random);
        _follower.EnterEpoch();
        _tickedAt = host.Now;
    }

    /// <summary>Its name now; it changes when the copy drops its state.</summary>
    public CopyId Self => _context.Self;

    /// <summary>The newest recorded configuration that it knows.</summary>
    public Configuration Configuration => _context.Configuration;

    public CopyRole Role => _owner is not null ? CopyRole.Owner : Configuration.Contains(Self) ? CopyRole.Replica : CopyRole.Idle;

    /// <summary>
    /// Whether the host fills an epoch that starts empty, from what it kept elsewhere. Until <see cref="Filled"/> nothing is served, and nobody
    /// follows: an owner meets other copies only when it is active. So whoever follows later is filled by a scan that has it all.
    /// </summary>
    public bool AwaitsFilling { get; init; }

    /// <summary>Whether it is owner of an epoch that started empty, and the host may put entries into its store.</summary>
    public bool IsFilling => _owner?.IsFilling == true;

    /// <summary>Whether it is owner and would answer now.</summary>
    public bool IsServing => _owner?.IsServing == true;

    /// <summary>Until when, by the host's clock, an owner may answer what it executed before; <see cref="long.MinValue"/> of who may not.</summary>
    public long ServesUntil => _owner?.ServesUntil ?? long.MinValue;

    /// <summary>Of an owner that was handed the partition over: since when it took no writes. The host forgets it when it has been seen to serve.</summary>
    public long? PausedSince { get; set; }

    /// <summary>Whether it is an owner whose writes no other copy needs to know: none follows it, and all is committed.</summary>
    public bool IsAlone => _owner?.IsAlone == true;

    /// <summary>How many records of an owner are not committed yet.</summary>
    public long Uncommitted => _owner is null ? 0 : _context.State.Log.Last.Sequence - _context.State.Commit;

    /// <summary>Whether a key of this hash was changed by a record that somebody waits for.</summary>
    public bool IsAwaited(ulong keyHash) => _owner?.IsAwaited(keyHash) == true;

    /// <summary>Whether a proposal of this copy is under way, whose fate it does not know.</summary>
    public bool IsProposing => _context.Proposal is not null;

    /// <summary>When a <see cref="Tick"/> lets a replica take over, if its owner says nothing more; <see cref="long.MaxValue"/> where it would not.</summary>
    public long ProposesAt => Role == CopyRole.Replica && !IsProposing ? _follower.ProposesAt : long.MaxValue;

    /// <summary>How far its store is exactly what was committed; the default while it is not.</summary>
    public LogPosition ConsistentTo => _context.State.IsConsistent ? _context.State.CommittedPosition : default;

    /// <summary>Up to where it knows that all is committed.</summary>
    public LogPosition Committed => _context.State.IsPresent ? _context.State.CommittedPosition : default;

    /// <summary>The last record that it holds, committed or not; the default while it holds nothing.</summary>
    public LogPosition End => _context.State.IsPresent ? _context.State.Log.Last : default;

    /// <summary>Of an owner: how far a session is that has just read a key: what is committed, or the key's own record if that is not.</summary>
    public LogPosition SeenBy(ulong keyHash) => _owner?.SeenBy(keyHash) ?? default;

    /// <summary>Of an owner: the other copies that count as in sync, and up to which record each is known to have the log.</summary>
    public IEnumerable<(CopyId Copy, long Matched)> InSyncProgress => _owner?.Followers.MemberProgress ?? [];

    /// <summary>Of an owner: how far it is with each other copy that it speaks to, in sync or not.</summary>
    public FillProgress[] Fills => _owner is null
        ? []
        : [.. _owner.Followers.All.Select(static follower => new FillProgress(follower.Copy.Node, follower.IsStreaming, follower.EntriesSent, follower.BytesSent))];

    /// <summary>Where the partition should be. A node that shall stop is not among them, and is free when its copy is <see cref="CopyRole.Idle"/>.</summary>
    public void Want(WantedCopies wanted) => _context.Wanted = wanted;

    public void Receive(PeerMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.To != Self && message.To.Incarnation != 0 && message is not Append)
        {
            return;
        }

        switch (message)
        {
            case Append append:
                Learn(append.Configuration);
                if (IsCurrent(append))
                {
                    _follower.OnAppend(append);
                }

                break;
            case SnapshotChunk chunk when IsCurrent(chunk):
                _follower.OnChunk(chunk);
                break;
            case AppendAck ack when ack.Epoch == _context.Epoch:
                _owner?.OnAck(ack);
                break;
            case ChunkAck ack when ack.Epoch == _context.Epoch:
                _owner?.OnChunkAck(ack);
                break;
            case ConfigurationNotice notice:
                Learn(notice.Configuration);
                TakeOver(notice);
                break;
        }
    }

    public void Receive(AuthorityReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        if (reply.To != Self)
        {
            return;
        }

        _context.Answered(reply.SentAt);
        var claimed = _context.Proposal is { StartsEmpty: true } claim && claim.Epoch > _context.Epoch;
        Learn(reply.Recorded);
        if (claimed && _context.Proposal is not null)
        {
            // Refused, or the answer to an older question. Should it be accepted late, then the epoch begins empty whatever this copy holds.
            _context.Settle();
        }

        if (_owner is { } owner && reply.Recorded.Owner == Self && reply.Recorded.Epoch == _context.Epoch)
        {
            owner.RenewTenure(reply.SentAt);
        }
    }

    /// <summary>
    /// Whether the host may execute an operation now, on the store, and then tell by <see cref="Executed"/>, with nothing of the core in
    /// between. If not, it has its reply: it was refused, or is the repetition of one that was executed.
    /// </summary>
    public bool TryAdmit(in ClientRequest request) => _owner?.TryAdmit(request) ?? _follower.TryAdmit(request);

    /// <summary>Takes what an admitted operation did; the reply comes through the host, at once or when the others have the record.</summary>
    public void Executed(in ClientRequest request, in CommandEffect effect)
    {
        if (_owner is { } owner)
        {
            owner.Executed(request, effect);
        }
        else
        {
            _follower.Executed(request, effect);
        }
    }

    /// <summary>
    /// Whether a copy that is not owner may execute a read of level <see cref="ReadLevel.Any"/>: a shorter way than <see cref="TryAdmit"/> for
    /// hosts that have no reply to wait for. Nothing of the core may come between it, the read, and <see cref="IsFresh"/>.
    /// </summary>
    /// <param name="session">The highest position that the caller's session has seen.</param>
    /// <returns><see cref="ReplyStatus.Done"/> if so, else why not.</returns>
    public ReplyStatus MayReadStale(LogPosition session) => _owner is null && !_context.IsSealed ? _follower.MayRead(session) : ReplyStatus.Moved;

    /// <summary>Whether what <see cref="MayReadStale"/> allowed may be answered. To be asked after the read was executed: the process may have slept.</summary>
    public bool IsFresh => _follower.IsFresh;

    /// <summary>
    /// While <see cref="IsAlone"/>: takes note of writes that the host executed under <see cref="ServesUntil"/>, before it calls anything else.
    /// They have no change and no reply; the host acknowledges each if its clock, read afterwards, is below that still.
    /// </summary>
    public void ExecutedAlone(long writes) => _owner!.ExecutedAlone(writes);

    /// <summary>
    /// Adds a change that nobody waits for, and that no reader could notice. Dropped where this copy is not followed, or cannot take it now.
    /// </summary>
    public void Amend(ReadOnlyMemory<byte> change) => _owner?.Amend(change);

    /// <summary>The host has filled the store, with entries or none; from now on the copy is an owner as any other.</summary>
    public void Filled() => _owner?.Filled();

    /// <summary>The host stops: from now on this copy serves nothing, in whatever role, so that nothing is acknowledged that its store has not now.</summary>
    public void Seal() => _context.IsSealed = true;

    /// <summary>Sends the records of the operations since the last call.</summary>
    public void Flush() => _owner?.Flush();

    /// <summary>Does what is due. Called a few times per beat.</summary>
    public void Tick()
    {
        var now = _context.Host.Now;
        if (now - _tickedAt >= _context.Settings.SuspectTicks / 2)
        {
            _follower.Woke();
            _owner?.Woke();
        }

        _tickedAt = now;
        _context.State.Operations.Trim(now);
        _context.AskInTime(now);
        if (_owner is { } owner)
        {
            owner.Tick(now);
        }
        else
        {
            _follower.Tick(now);
        }
    }

    /// <summary>
    /// The process began anew with its memory as it was: the clock counts from elsewhere, promises and leases are forgotten, and whoever
    /// waited for a reply is gone. What was proposed is not forgotten. To be called before anything else.
    /// </summary>
    public void Restart()
    {
        _owner = null;
        _context.ForgetTime();
        _context.State.Operations.ForgetTimes(_context.Host.Now);
        _tickedAt = _context.Host.Now;
        _follower.Restart();
    }

    /// <summary>Whether a message is of this epoch; who is behind is told. A later epoch than this copy knows comes with its configuration.</summary>
    private bool IsCurrent(PeerMessage message)
    {
        if (_context.Rules.IsStale(message.Epoch, _context.Epoch))
        {
            _context.Notify(message.From);
            return false;
        }

        return _owner is null && message.Epoch <= _context.Epoch;
    }

    /// <summary>Takes note of a recorded configuration, and changes the role by it.</summary>
    private void Learn(Configuration recorded)
    {
        var known = _context.Configuration;
        if (recorded.Version <= known.Version)
        {
            return;
        }

        _context.Configuration = recorded;
        if (_context.Proposal is { } proposal && recorded.Version >= proposal.Version)
        {
            _context.Settle();
        }

        if (recorded.Epoch == known.Epoch)
        {
            if (_owner is { } owner)
            {
                owner.ConfigurationChanged();
                NotifyLeftOut(recorded, known);
            }
        }
        else
        {
            LeaveEpoch(recorded, known);
        }
    }

    /// <summary>Nobody speaks to who is not in sync and not wanted any more: it would take that for its owner's end, and propose itself.</summary>
    private void NotifyLeftOut(Configuration recorded, Configuration known)
    {
        foreach (var copy in known.InSync)
        {
            if (!recorded.Contains(copy))
            {
                _context.Notify(copy);
            }
        }
    }

    private void LeaveEpoch(Configuration recorded, Configuration known)
    {
        PausedSince = null;
        if (_owner is { } former)
        {
            _owner = null;
            former.Abandon();
            _context.Host.Report(ReplicationEvent.Demoted);
            HandOver(former, recorded, known);
        }

        _follower.EnterEpoch();
        if (recorded.Owner == Self)
        {
            BecomeOwner(recorded);
        }
        else if (recorded.Losses > known.Losses && known.Version > 0)
        {
            // What this copy holds belongs to a life of the partition that is over; the numbers of its log are used again.
            _context.Discard();
        }
    }

    /// <summary>Tells the next owner that it is, and if that was this copy's own doing, that it may serve.</summary>
    private void HandOver(OwnerRole former, Configuration recorded, Configuration known)
    {
        // Between this epoch and one that does not follow it others may have written.
        var handover = recorded.Epoch == known.Epoch + 1 && _context.Rules.MayPromise(_context.Proposal is not null) ? former.HandoverTo(recorded.Owner) : null;
        if (handover is not null)
        {
            _follower.Promise();
        }

        _context.Notify(recorded.Owner, handover);
    }

    /// <summary>The former owner has handed the partition over. A notice may come twice, or when this copy has served for long: then there is no pause to tell of.</summary>
    private void TakeOver(ConfigurationNotice notice)
    {
        if (notice.Handover is { } handover && _owner is { } owner && notice.Configuration.Epoch == _context.Epoch && _follower.IsOfThisEra(handover.CountsFrom))
        {
            PausedSince = owner.IsServing ? null : handover.PausedSince;
            owner.TakeOver(notice.From, handover.CountsFrom.Ticks);
        }
    }

    private void BecomeOwner(Configuration recorded)
    {
        if (recorded.StartsEmpty)
        {
            _context.State.StartEmpty(recorded.Epoch);
        }

        _context.Host.Report(recorded.StartsEmpty ? ReplicationEvent.StartedEmpty : ReplicationEvent.Promoted);
        _owner = new OwnerRole(_context, recorded.StartsEmpty && AwaitsFilling);
        _context.Ask();
    }
}
