using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Replication;

/// <summary>
/// The record of one partition's configuration, and which proposals may change it. What keeps the record must make one step of this after
/// another, each seen by all later ones: a grain over a table with compare-and-swap, or a lock in a simulator.
/// </summary>
/// <remarks>
/// 1. A version has one successor. Asked again with a proposal that it has accepted, it shows it as recorded.
/// 2. Under the same epoch only the owner changes anything. The next epoch is proposed by the owner (a handover) or by a copy in sync (a
///    promotion, which that copy's own promise to the owner has held back), and its owner is a copy that was in sync.
/// 3. A partition is given up, to begin empty, only when every copy in sync is gone for good, by the membership's word, and the last tenure
///    is over that was granted. An authority that was away itself counts neither silence nor tenure from before: see <see cref="Resume"/>.
/// 4. Where the last copies ended in order, by their own word, nobody has tenure, and nothing is waited for.
/// </remarks>
internal sealed class ConfigurationAuthority(ReplicationSettings settings)
{
    private long _tenureEnd = long.MinValue;

    /// <summary>What is recorded now.</summary>
    public Configuration Recorded { get; private set; } = Configuration.None;

    /// <summary>Restores what was recorded; tenures may have been granted until just now.</summary>
    public void Resume(Configuration recorded, long now)
    {
        Recorded = recorded;
        _tenureEnd = now + settings.TenurePromiseTicks;
    }

    /// <summary>Decides on a proposal, and says what is recorded.</summary>
    /// <param name="request">Of any copy.</param>
    /// <param name="now">The authority's own monotonic clock, in the ticks of the settings.</param>
    /// <param name="isGone">Whether a copy will never serve again, as soon as its tenure is over.</param>
    public AuthorityReply Handle(AuthorityRequest request, long now, Func<CopyId, bool> isGone)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Proposal is { } proposal && proposal.Version == Recorded.Version + 1 && IsAllowed(request.From, proposal, now, isGone))
        {
            // Who is handed a partition has tenure from now on; the former owner tells it.
            Recorded = proposal;
            GrantTenure(now);
        }
        else if (Recorded.Owner == request.From)
        {
            GrantTenure(now);
        }

        return new AuthorityReply { To = request.From, SentAt = request.SentAt, Recorded = Recorded };
    }

    private void GrantTenure(long now) => _tenureEnd = now + settings.TenurePromiseTicks;

    private bool IsAllowed(CopyId from, Configuration proposal, long now, Func<CopyId, bool> isGone)
    {
        if (!proposal.Contains(proposal.Owner))
        {
            return false;
        }

        if (proposal.StartsEmpty && (proposal.Epoch == Recorded.Epoch + 1 || (Recorded.Version == 0 && proposal.Epoch > 0)))
        {
            return proposal.Owner == from && (Recorded.InSync.Length == 0 || (now > _tenureEnd && Array.TrueForAll(Recorded.InSync, copy => isGone(copy))));
        }

        return proposal.Epoch == Recorded.Epoch
            ? Recorded.Owner == from && proposal.Owner == from
            : proposal.Epoch == Recorded.Epoch + 1
                && (Recorded.Owner == from || proposal.Owner == from)
                && Array.TrueForAll(proposal.InSync, Recorded.Contains);
    }
}
