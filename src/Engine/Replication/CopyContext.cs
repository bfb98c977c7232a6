using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Replication;

/// <summary>What the roles of a copy share: who it is, what it holds, and what it knows of the configuration.</summary>
internal sealed class CopyContext(CopyId self, IReplicationHost host, ReplicationSettings settings, ReplicationRules rules, CopyState state)
{
    /// <summary>So many times of a renewal without an answer make it doubtful that the authority is there.</summary>
    private const int RenewalsToDoubt = 2;

    public CopyId Self { get; private set; } = self;

    public IReplicationHost Host { get; } = host;

    public ReplicationSettings Settings { get; } = settings;

    public ReplicationRules Rules { get; } = rules;

    public CopyState State { get; } = state;

    /// <summary>The newest configuration that this copy has heard of; never one that was only proposed.</summary>
    public Configuration Configuration { get; set; } = Configuration.None;

    public long Epoch => Configuration.Epoch;

    /// <summary>What this copy proposed and does not know the fate of. It is sent again until the recorded version is no longer below its.</summary>
    public Configuration? Proposal { get; private set; }

    public WantedCopies? Wanted { get; set; }

    /// <inheritdoc cref="ReplicationCopy.Seal"/>
    public bool IsSealed { get; set; }

    /// <summary>How long the authority's last answer took, in ticks.</summary>
    public long AuthorityRoundTrip { get; private set; }

    private long _askedAt = long.MinValue / 2;
    private long _answeredAt = long.MinValue / 2;

    /// <summary>Proposes a configuration. Only one at a time, so that a late copy of another cannot come true unexpected.</summary>
    public void Propose(Configuration proposal)
    {
        if (Proposal is not null)
        {
            throw new InvalidOperationException($"{Self} proposes {proposal} while it waits for {Proposal}");
        }

        Proposal = proposal;
        Ask();
    }

    /// <summary>Asks the authority, with the proposal if there is one.</summary>
    public void Ask()
    {
        _askedAt = Host.Now;
        Host.Ask(new AuthorityRequest { From = Self, SentAt = _askedAt, Proposal = Proposal });
    }

    /// <summary>Asks the authority when it is time to.</summary>
    public void AskInTime(long now)
    {
        if (now - _askedAt >= (Proposal is null ? Settings.RenewTicks : Settings.ResendTicks))
        {
            Ask();
        }
    }

    /// <summary>
    /// Whether the authority answered what it was asked a short while ago. A copy that proposes itself where it does not is bound by that until it does again, and
    /// its partition has no owner.
    /// </summary>
    public bool HearsAuthority(long now) => now - _answeredAt <= RenewalsToDoubt * Settings.RenewTicks;

    /// <summary>The authority has answered what it was asked at a time of this clock.</summary>
    public void Answered(long askedAt)
    {
        _answeredAt = Math.Max(_answeredAt, askedAt);
        AuthorityRoundTrip = Host.Now - askedAt;
    }

    /// <summary>Asks the authority as often as one does who waits for its answer.</summary>
    public void AskSoon(long now)
    {
        if (now - _askedAt >= Settings.ResendTicks)
        {
            Ask();
        }
    }

    /// <summary>Forgets a proposal whose fate is known.</summary>
    public void Settle() => Proposal = null;

    /// <summary>Drops what the copy holds, so that it is another copy from now on.</summary>
    public void Discard()
    {
        State.Drop();
        Self = Self with { Incarnation = Self.Incarnation + 1 };
        Host.Report(ReplicationEvent.Discarded);
    }

    /// <summary>After a restart the old time means nothing.</summary>
    public void ForgetTime() => _askedAt = _answeredAt = long.MinValue / 2;

    public void Notify(CopyId copy, HandoverTimes? handover = null) =>
        Host.Send(new ConfigurationNotice { From = Self, To = copy, Epoch = Epoch, Configuration = Configuration, Handover = handover });
}
