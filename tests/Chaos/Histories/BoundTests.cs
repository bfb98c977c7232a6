using Orleans.Cache.Chaos.Histories;

namespace Orleans.Cache.Chaos.Tests.Histories;

/// <summary>Reads that may be behind, by one second and no more.</summary>
public sealed class BoundTests
{
    private readonly KeyHistory _history = new("key", bound: TimeSpan.FromSeconds(1));
    private readonly CounterHistory _counter = new("count", TimeSpan.FromSeconds(1));

    [Fact]
    public void Read_OfLess_IsRightWithinTheBound_AndStaleAfterIt()
    {
        Write(1, at: 0);
        Write(2, at: 5);
        Write(3, at: 5.5);

        Assert.Null(Read(1, at: 5.9));
        Assert.Equal(ViolationKind.Stale, Read(1, at: 6));
        Assert.Null(Read(2, at: 6.4));
        Assert.Equal(ViolationKind.Stale, Read(2, at: 6.5));
        Assert.Null(Read(3, at: 100));
    }

    [Fact]
    public void Miss_IsRightWithinTheBoundOfTheFirstWrite()
    {
        Write(1, at: 5);

        Assert.Null(Read(null, at: 5.9));
        Assert.Equal(ViolationKind.Missing, Read(null, at: 6));
    }

    [Fact]
    public void Readers_MaySeeThingsInDifferentOrders()
    {
        Write(1, at: 5);
        Write(2, at: 5.1);

        Assert.Null(Read(2, at: 5.2));
        Assert.Null(Read(1, at: 5.3));
    }

    [Theory]
    [InlineData(1, 5.4, 0.4)]
    [InlineData(2, 5.4, 0.1)]
    [InlineData(3, 9, 0)]
    public void Behind_IsTheTimeSinceSomethingNewerWasAcknowledged(long number, double at, double behind)
    {
        Write(1, at: 0);
        Write(2, at: 5);
        Write(3, at: 5.3);

        Assert.Equal(behind, _history.BehindOf(_history.BeginRead(TimeSpan.FromSeconds(at)), number).TotalSeconds, precision: 6);
    }

    [Fact]
    public void Count_OfLess_IsRightWithinTheBound_AndTooFewAfterIt()
    {
        for (var count = 1; count <= 3; count++)
        {
            _counter.BeginWrite();
            Assert.Null(_counter.Acknowledge(count, TimeSpan.FromSeconds(count)));
        }

        Assert.Null(_counter.EndRead(_counter.BeginRead(TimeSpan.FromSeconds(3.9)), 2));
        Assert.Equal(ViolationKind.CountedTooFew, _counter.EndRead(_counter.BeginRead(TimeSpan.FromSeconds(4)), 2)?.Kind);
    }

    private void Write(long number, double at)
    {
        Assert.Equal(number, _history.BeginWrite());
        _history.Acknowledge(number, TimeSpan.FromSeconds(at));
    }

    private ViolationKind? Read(long? number, double at) => _history.EndRead(_history.BeginRead(TimeSpan.FromSeconds(at)), number)?.Kind;
}
