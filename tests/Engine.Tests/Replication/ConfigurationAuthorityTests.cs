using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Tests.Replication;

public sealed class ConfigurationAuthorityTests
{
    private static readonly CopyId First = new(0, 1);
    private static readonly CopyId Second = new(1, 1);
    private static readonly CopyId Third = new(2, 1);

    private readonly ReplicationSettings _settings = new()
    {
        LeaseTicks = 400,
        ClockDriftPerMille = 10,
        BeatTicks = 80,
        SuspectTicks = 250,
        ResendTicks = 60,
        TenureTicks = 1500,
        RenewTicks = 300,
        StalenessTicks = 500,
        HandoverTicks = 300,
        Copies = 2,
        TailRecords = 10,
        OperationsKept = 10,
        MaxUncommitted = 10,
        BatchRecords = 10,
        ChunkEntries = 10,
    };

    [Fact]
    public void Proposal_OfAVersionThatHasASuccessor_IsRefused()
    {
        var authority = WithTwoCopies();
        var late = authority.Recorded;

        Assert.True(Accepts(authority, Second, late.WithOwner(Second, [Second]), now: 10));
        Assert.False(Accepts(authority, First, late.WithInSync([First]), now: 11));
    }

    [Fact]
    public void Promotion_OfACopyNotInSync_IsRefused()
    {
        var authority = WithTwoCopies();

        Assert.False(Accepts(authority, Third, authority.Recorded.WithOwner(Third, [Third]), now: 10));
        Assert.False(Accepts(authority, Second, authority.Recorded.WithOwner(Second, [Second, Third]), now: 10));
    }

    [Fact]
    public void Change_UnderTheSameEpoch_IsTheOwnersOnly()
    {
        var authority = WithTwoCopies();

        Assert.False(Accepts(authority, Second, authority.Recorded.WithInSync([First]), now: 10));
        Assert.True(Accepts(authority, First, authority.Recorded.WithInSync([First]), now: 10));
    }

    [Fact]
    public void Partition_WithACopyThatIsNotGone_IsNotGivenUp()
    {
        var authority = WithTwoCopies();
        var late = 10 * _settings.TenureTicks;

        Assert.False(Accepts(authority, Third, authority.Recorded.Emptied(Third), late, isGone: static copy => copy == First));
        Assert.True(Accepts(authority, Third, authority.Recorded.Emptied(Third), late, isGone: static _ => true));
        Assert.Equal(1, authority.Recorded.Losses);
    }

    [Fact]
    public void Partition_WithinATenure_IsNotGivenUp()
    {
        var authority = WithTwoCopies();
        _ = authority.Handle(new AuthorityRequest { From = First, SentAt = 0 }, now: 100, static _ => false);
        var end = 100 + _settings.TenurePromiseTicks;

        Assert.False(Accepts(authority, Third, authority.Recorded.Emptied(Third), end, isGone: static _ => true));
        Assert.True(Accepts(authority, Third, authority.Recorded.Emptied(Third), end + 1, isGone: static _ => true));
    }

    [Fact]
    public void Successor_HasTenure_FromTheHandoverOn()
    {
        var authority = WithTwoCopies();
        Assert.True(Accepts(authority, First, authority.Recorded.WithOwner(Second, [First, Second]), now: 1000));
        var end = 1000 + _settings.TenurePromiseTicks;

        Assert.False(Accepts(authority, Third, authority.Recorded.Emptied(Third), end, isGone: static _ => true));
        Assert.True(Accepts(authority, Third, authority.Recorded.Emptied(Third), end + 1, isGone: static _ => true));
    }

    [Fact]
    public void Partition_WhoseCopiesEndedInOrder_BeginsAtOnce()
    {
        var authority = new ConfigurationAuthority(_settings);
        authority.Resume(WithTwoCopies().Recorded.Ended(), now: 5000);

        Assert.True(Accepts(authority, Third, authority.Recorded.Emptied(Third), 5000));
        Assert.Equal((Third, 2L, 1), (authority.Recorded.Owner, authority.Recorded.Epoch, authority.Recorded.Losses));
    }

    [Fact]
    public void Authority_Resumed_WaitsOutTenuresThatItDoesNotRemember()
    {
        var authority = new ConfigurationAuthority(_settings);
        authority.Resume(WithTwoCopies().Recorded, now: 5000);

        Assert.False(Accepts(authority, Third, authority.Recorded.Emptied(Third), 5000 + _settings.TenurePromiseTicks, isGone: static _ => true));
    }

    private ConfigurationAuthority WithTwoCopies()
    {
        var authority = new ConfigurationAuthority(_settings);
        Assert.True(Accepts(authority, First, Configuration.None.Emptied(First), now: 0));
        Assert.True(Accepts(authority, First, authority.Recorded.WithInSync([First, Second]), now: 0));
        return authority;
    }

    private static bool Accepts(ConfigurationAuthority authority, CopyId from, Configuration proposal, long now, Func<CopyId, bool>? isGone = null) =>
        authority.Handle(new AuthorityRequest { From = from, SentAt = now, Proposal = proposal }, now, isGone ?? (static _ => false)).Recorded.Equals(proposal);
}
