using Orleans.Cache.Chaos.Histories;

namespace Orleans.Cache.Chaos.Tests.Histories;

public sealed class CounterHistoryTests
{
    private readonly CounterHistory _history = new("counter");

    [Fact]
    public void Count_BetweenAcknowledgedAndAttempted_IsRight()
    {
        Increment(1);
        _history.BeginWrite();

        Assert.Null(Read(1));
        Assert.Null(Read(2));
    }

    [Fact]
    public void Count_BelowAcknowledged_IsTooFew()
    {
        Increment(1);
        Increment(2);

        Assert.Equal(ViolationKind.CountedTooFew, Read(1));
        Assert.Equal(ViolationKind.CountedTooFew, Read(null));
    }

    [Fact]
    public void Count_AboveAttempted_IsTooMany()
    {
        Increment(1);

        Assert.Equal(ViolationKind.CountedTooMany, Read(2));
    }

    [Fact]
    public void Count_WithARefusedIncrement_IsTooMany()
    {
        Increment(1);
        _history.BeginWrite();
        _history.Refuse();

        Assert.Equal(ViolationKind.CountedTooMany, Read(2));
    }

    [Fact]
    public void Result_ThatLeavesOutTheIncrement_IsTooFew()
    {
        Increment(1);
        _history.BeginWrite();

        Assert.Equal(ViolationKind.CountedTooFew, _history.Acknowledge(1, TimeSpan.Zero)?.Kind);
    }

    [Fact]
    public void Result_ThatIncludesOneOfUnknownOutcome_SaysThatItWasDone()
    {
        Increment(1);
        _history.BeginWrite(); // of unknown outcome
        Increment(3);

        Assert.Equal(ViolationKind.CountedTooFew, Read(2));
    }

    private void Increment(long result)
    {
        _history.BeginWrite();
        Assert.Null(_history.Acknowledge(result, TimeSpan.Zero));
    }

    private ViolationKind? Read(long? count) => _history.EndRead(_history.BeginRead(TimeSpan.Zero), count)?.Kind;
}
