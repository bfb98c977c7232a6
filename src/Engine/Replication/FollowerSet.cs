namespace Orleans.Cache.Engine.Replication;

/// <summary>The other copies that an owner speaks to in its epoch; members are those that count as in sync.</summary>
internal sealed class FollowerSet(CopyContext context, long firstSequence)
{
    private readonly List<FollowerProgress> _all = [];
    private readonly List<FollowerProgress> _members = [];
    private readonly Dictionary<CopyId, long> _snapshots = [];

    public List<FollowerProgress> All => _all;

    public IEnumerable<(CopyId Copy, long Matched)> MemberProgress => _members.Select(static member => (member.Copy, member.Matched));

    /// <summary>
    /// Counts anew who is in sync: the copies of the recorded set and, until the proposal's fate is known, those of the proposed one. The
    /// authority may have recorded it already, and then one of its copies may become owner.
    /// </summary>
    public void CountMembers()
    {
        _members.Clear();
        var recorded = context.Configuration.InSync;
        var proposed = context.Proposal?.InSync;
        if (proposed is not null && !context.Rules.RecordsShrinkFirst)
        {
            AddMembers(proposed);
            return;
        }

        AddMembers(recorded);
        if (proposed is not null && context.Rules.CountsProposed)
        {
            AddMembers(proposed);
        }
    }

    public FollowerProgress? Find(CopyId copy)
    {
        foreach (var follower in _all)
        {
            if (follower.Copy == copy)
            {
                return follower;
            }
        }

        return null;
    }

    /// <summary>The latest copy known of a node, members or not.</summary>
    public FollowerProgress? FindOn(int node)
    {
        FollowerProgress? latest = null;
        foreach (var follower in _all)
        {
            if (follower.Copy.Node == node && (latest is null || follower.Copy.Incarnation > latest.Copy.Incarnation))
            {
                latest = follower;
            }
        }

        return latest;
    }

    public bool IsMember(FollowerProgress follower) => _members.Contains(follower);

    /// <summary>The copies in sync that the authority surely has recorded, the owner's included.</summary>
    public int RecordedInSync() => context.Proposal is { } proposal
        ? Math.Min(proposal.InSync.Length, context.Configuration.InSync.Length)
        : context.Configuration.InSync.Length;

    /// <summary>Up to where all members have the log; without members there is no bound.</summary>
    public long SlowestMatched()
    {
        var slowest = long.MaxValue;
        foreach (var member in _members)
        {
            slowest = Math.Min(slowest, member.Matched);
        }

        return slowest;
    }

    /// <summary>From when all members' promises count; without members there is no bound.</summary>
    public long EarliestLeaseStart()
    {
        var earliest = long.MaxValue / 2;
        foreach (var member in _members)
        {
            earliest = Math.Min(earliest, member.LeaseStart);
        }

        return earliest;
    }

    /// <summary>How long the slowest member's answers take.</summary>
    public long LongestRoundTrip()
    {
        var longest = 0L;
        foreach (var member in _members)
        {
            longest = Math.Max(longest, member.RoundTrip);
        }

        return longest;
    }

    /// <summary>From where on the log must be kept for the snapshots under way.</summary>
    public long EarliestSnapshotStart()
    {
        var earliest = long.MaxValue;
        foreach (var follower in _all)
        {
            if (follower.Snapshot is { } snapshot)
            {
                earliest = Math.Min(earliest, snapshot.Start.Sequence);
            }
        }

        return earliest;
    }

    /// <summary>How many copies in sync have a record, the owner's included.</summary>
    public int CopiesWith(long sequence)
    {
        var copies = 1;
        foreach (var member in _members)
        {
            copies += member.Matched >= sequence ? 1 : 0;
        }

        return copies;
    }

    /// <summary>Counts the silence of all from now.</summary>
    public void Excuse(long now)
    {
        foreach (var follower in _all)
        {
            follower.HeardAt = Math.Max(follower.HeardAt, now);
        }
    }

    /// <summary>Begins to speak to a copy that introduced itself; an older one of the same node goes, unless it is a member.</summary>
    public FollowerProgress Add(CopyId copy)
    {
        _all.RemoveAll(other => other.Copy.Node == copy.Node && !_members.Contains(other));
        var follower = new FollowerProgress(copy, context.Host.Now) { LastSnapshot = _snapshots.GetValueOrDefault(copy) };
        _all.Add(follower);
        return follower;
    }

    /// <summary>Notes a snapshot, also for the case that the copy is forgotten and met again.</summary>
    public void BeginSnapshot(FollowerProgress follower, SnapshotSending snapshot)
    {
        follower.IsStreaming = false;
        follower.Snapshot = snapshot;
        follower.LastSnapshot = _snapshots[follower.Copy] = snapshot.Id;
    }

    private void AddMembers(CopyId[] copies)
    {
        foreach (var copy in copies)
        {
            if (copy == context.Self)
            {
                continue;
            }

            var follower = Find(copy);
            if (follower is null)
            {
                // A copy in sync has all that was ever committed, so its log joins before the epoch's first record unless it has more or less.
                follower = new FollowerProgress(copy, context.Host.Now);
                follower.JoinFrom(firstSequence, context.Host.Now);
                _all.Add(follower);
            }

            if (!_members.Contains(follower))
            {
                _members.Add(follower);
            }
        }
    }
}
