namespace Orleans.Cache.Engine.Replication;

/// <summary>
/// An owner's view of who should hold copies: it drops who is silent, fills and adds who is wanted, lets go who is not, and hands the
/// partition over to who should own it. One step at a time, each recorded by the authority before the next.
/// </summary>
internal sealed class OwnerPlanning(CopyContext context, FollowerSet followers, OwnerRole owner)
{
    private readonly ReplicationSettings _settings = context.Settings;
    private CopyId _successor = CopyId.None;
    private long _handoverSince;
    private long? _awaitsMomentSince;
    private FollowerTime _countsFrom = FollowerTime.None;
    private long _greetedAt = long.MinValue / 2;

    /// <summary>Whether no further writes are taken, so that the last ones can reach the successor.</summary>
    public bool IsHandingOver => !_successor.IsNone;

    /// <summary>Whether the authority may have recorded the successor already.</summary>
    public bool HasProposedHandover { get; private set; }

    /// <summary>What the next owner is to be told, if it is the one that this copy has handed the partition over to.</summary>
    public HandoverTimes? HandoverTo(CopyId next) => HasProposedHandover && next == _successor ? new HandoverTimes(_countsFrom, _handoverSince) : null;

    /// <summary>The last writes may be on all copies in sync now.</summary>
    public void Committed()
    {
        if (IsHandingOver && !HasProposedHandover)
        {
            ContinueHandover(context.Host.Now);
        }
    }

    public void Tick(long now)
    {
        if (HasProposedHandover)
        {
            return;
        }

        if (IsHandingOver)
        {
            ContinueHandover(now);
        }

        if (context.Proposal is not null || HasProposedHandover || ProposeWithoutSilent(now) || !owner.IsActive || context.Wanted is not { } wanted)
        {
            return;
        }

        Greet(wanted, now);
        if (!ProposeCaughtUp(wanted, now) && !ProposeWithoutUnwanted(wanted))
        {
            BeginHandover(wanted, now);
        }
    }

    private bool ProposeWithoutSilent(long now)
    {
        var inSync = context.Configuration.InSync;
        var heard = Array.FindAll(inSync, copy => copy == context.Self || now - followers.Find(copy)!.HeardAt < _settings.SuspectTicks);
        if (heard.Length == inSync.Length)
        {
            return false;
        }

        context.Host.Report(ReplicationEvent.Suspected);
        Propose(context.Configuration.WithInSync(heard));
        return true;
    }

    private void Greet(WantedCopies wanted, long now)
    {
        followers.All.RemoveAll(follower =>
            !followers.IsMember(follower) && (!wanted.Contains(follower.Copy.Node) || followers.FindOn(follower.Copy.Node) != follower));
        if (now - _greetedAt < _settings.BeatTicks)
        {
            return;
        }

        _greetedAt = now;
        foreach (var node in wanted.Nodes)
        {
            // A node whose copy is silent may have another one by now.
            if (node != context.Self.Node && (followers.FindOn(node) is not { } known || now - known.HeardAt >= _settings.SuspectTicks))
            {
                OwnerShipping.Greet(context, node);
            }
        }
    }

    private bool ProposeCaughtUp(WantedCopies wanted, long now)
    {
        foreach (var follower in followers.All)
        {
            if (follower.IsStreaming
                && follower.Matched >= Math.Max(context.State.Commit, follower.SnapshotEnd)
                && now - follower.HeardAt < _settings.SuspectTicks / 2
                && wanted.Contains(follower.Copy.Node)
                && !Array.Exists(context.Configuration.InSync, copy => copy.Node == follower.Copy.Node))
            {
                Propose(context.Configuration.WithInSync([.. context.Configuration.InSync, follower.Copy]));
                return true;
            }
        }

        return false;
    }

    private bool ProposeWithoutUnwanted(WantedCopies wanted)
    {
        var inSync = context.Configuration.InSync;
        if (Array.FindAll(inSync, copy => wanted.Contains(copy.Node)).Length < wanted.Nodes.Length)
        {
            return false;
        }

        var kept = Array.FindAll(inSync, copy => copy == context.Self || wanted.Contains(copy.Node));
        if (kept.Length == inSync.Length)
        {
            return false;
        }

        Propose(context.Configuration.WithInSync(kept));
        return true;
    }

    private void BeginHandover(WantedCopies wanted, long now)
    {
        if (IsHandingOver || wanted.Owner == context.Self.Node)
        {
            _awaitsMomentSince = null;
            return;
        }

        var successor = Array.Find(context.Configuration.InSync, copy => copy.Node == wanted.Owner);
        if (successor.Incarnation > 0 && now - followers.Find(successor)!.HeardAt < _settings.SuspectTicks / 2 && IsGoodMoment(now))
        {
            _successor = successor;
            _handoverSince = now;
            ContinueHandover(now);
        }
    }

    /// <summary>Whether answers come quickly: whoever writes to the partition waits for each that the handover takes. Nothing hurries it.</summary>
    private bool IsGoodMoment(long now)
    {
        if (context.AuthorityRoundTrip > _settings.HandoverRoundTripTicks)
        {
            context.AskSoon(now);
        }
        else if (followers.LongestRoundTrip() <= _settings.HandoverRoundTripTicks)
        {
            return true;
        }

        _awaitsMomentSince ??= now;
        return now - _awaitsMomentSince >= _settings.HandoverPatienceTicks;
    }

    private void ContinueHandover(long now)
    {
        if (context.Proposal is not null)
        {
            return;
        }

        if (owner.IsDrained && context.Configuration.Contains(_successor))
        {
            // From here on this copy does not serve: the successor may begin before the answer comes.
            HasProposedHandover = true;
            _countsFrom = followers.Find(_successor)!.FollowerTime;
            Propose(context.Configuration.WithOwner(_successor, context.Configuration.InSync));
        }
        else if (now - _handoverSince >= _settings.HandoverTicks || !context.Configuration.Contains(_successor))
        {
            _successor = CopyId.None;
        }
    }

    private void Propose(Configuration proposal)
    {
        context.Propose(proposal);
        owner.ConfigurationChanged();
    }
}
