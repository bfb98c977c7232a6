using Orleans.Cache.Client.Near;

namespace Orleans.Cache.Client.Tests.Near;

/// <summary>What near caches may believe.</summary>
public sealed class NearTrustTests
{
    private readonly NearTrust _trust = new(partitionCount: 4);
    private readonly FeedState _first = new() { VerifiedAt = 100 };
    private readonly FeedState _second = new() { VerifiedAt = 100 };

    [Fact]
    public void Partition_IsTrusted_WhileItsFeedHasSaidSoLately()
    {
        Assert.Equal(0, _trust.StampOf(1, oldest: 0));
        _trust.Take(_first, [1], [5]);
        var stamp = _trust.StampOf(1, oldest: 100);

        Assert.NotEqual(0, stamp);
        Assert.True(_trust.IsTrusted(1, stamp, oldest: 100));
        Assert.False(_trust.IsTrusted(1, stamp, oldest: 101));
        Assert.Equal(0, _trust.StampOf(1, oldest: 101));
        Assert.Equal(0, _trust.StampOf(2, oldest: 0));
    }

    [Fact]
    public void Stamp_ChangesWithTheOwnerAndTheEpoch()
    {
        _trust.Take(_first, [1, 2], [5, 5]);
        var (one, two) = (_trust.StampOf(1, 0), _trust.StampOf(2, 0));

        _trust.Take(_second, [1], [6]);
        Assert.False(_trust.IsTrusted(1, one, 0));
        Assert.True(_trust.IsOutdated(1, one));
        Assert.True(_trust.IsTrusted(2, two, 0));

        _trust.Take(_first, [1, 2], [5, 7]);
        Assert.False(_trust.IsTrusted(2, two, 0));
        Assert.NotEqual(one, _trust.StampOf(1, 0));
    }

    [Fact]
    public void LateAnswer_OfTheOwnerBefore_ChangesNothing()
    {
        _trust.Take(_second, [1], [6]);
        var stamp = _trust.StampOf(1, 0);
        _trust.Take(_first, [1], [5]);
        Assert.True(_trust.IsTrusted(1, stamp, 0));
        Assert.Equal(1, _trust.Repairs);
    }

    [Fact]
    public void PartitionThatAFeedServesNoMore_IsNotTrusted()
    {
        _trust.Take(_first, [1, 2], [5, 5]);
        var stamp = _trust.StampOf(1, 0);
        _trust.Take(_first, [2], [5]);
        Assert.Equal(0, _trust.StampOf(1, 0));

        // The same epoch again: what was read before may have changed meanwhile.
        _trust.Take(_first, [1, 2], [5, 5]);
        Assert.NotEqual(0, _trust.StampOf(1, 0));
        Assert.False(_trust.IsTrusted(1, stamp, 0));
    }

    [Fact]
    public void GridThatBeganAnew_IsBelieved_OnceItsSilosAreGone()
    {
        _trust.Take(_first, [1], [500]);
        _trust.Drop(_first, isOver: true);
        _trust.Take(_second, [1], [1]);
        Assert.NotEqual(0, _trust.StampOf(1, 0));
    }

    [Fact]
    public void Fill_ThatAnInvalidationOvertook_IsNotKept()
    {
        _trust.Take(_first, [1], [5]);
        var fill = new NearFill(Hash: ulong.MaxValue, Partition: 1, _trust.StampOf(1, 0), _trust.Events, 0, 0, SentAt: 100);
        Assert.True(_trust.IsUntouched(fill));
        _trust.NoteInvalidation(0);
        Assert.True(_trust.IsUntouched(fill));
        _trust.NoteInvalidation(ulong.MaxValue);
        Assert.False(_trust.IsUntouched(fill));

        fill = fill with { Events = _trust.Events };
        Assert.True(_trust.IsUntouched(fill));
        _trust.Drop(_first, isOver: false);
        Assert.False(_trust.IsUntouched(fill));
    }
}
