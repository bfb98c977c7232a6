using System.Diagnostics;
using Orleans.Cache.Client.Connections;

namespace Orleans.Cache.Client.Tests.Connections;

/// <summary>Which thread receives, and whether callers go on there.</summary>
public sealed class ReceiverTurnsTests
{
    private static readonly long Millisecond = Stopwatch.Frequency / 1_000;

    private readonly ReceiverTurns _turns = new();
    private long _now = 1_000 * Millisecond;

    [Fact]
    public void Receiver_ThatComesBackSoon_KeepsItsPlace()
    {
        for (var round = 0; round < 100; round++)
        {
            Assert.True(_turns.MayLeave(_now));
            var turn = _turns.Leave(_now);
            Assert.False(_turns.TryTakeOver(_now, out var isUsed));
            Assert.True(isUsed);
            Assert.True(_turns.TryComeBack(turn, _now += Millisecond / 2));
        }
    }

    [Fact]
    public void Receiver_ThatWaitsForReplies_IsNotReplaced()
    {
        Assert.True(_turns.TryComeBack(_turns.Leave(_now), _now));

        Assert.False(_turns.TryTakeOver(_now, out var isUsed));
        Assert.True(isUsed);
        Assert.False(_turns.TryTakeOver(_now, out isUsed));
        Assert.False(isUsed);
    }

    [Fact]
    public void Receiver_ThatIsAwayAtTwoLooks_LosesItsPlace_AndTheNextHasIt()
    {
        var turn = _turns.Leave(_now);
        Assert.False(_turns.TryTakeOver(_now, out _));

        Assert.True(_turns.TryTakeOver(_now, out _));
        Assert.False(_turns.TryTakeOver(_now, out _));
        Assert.False(_turns.TryComeBack(turn, _now));

        _now += 1_000 * Millisecond;
        var next = _turns.Leave(_now);
        Assert.False(_turns.TryComeBack(turn, _now));
        Assert.True(_turns.TryComeBack(next, _now));
    }

    [Fact]
    public void Callers_AfterOneThatDidNotComeBack_GoOnElsewhere_EachTimeForLonger()
    {
        var before = 0L;
        for (var round = 0; round < 12; round++)
        {
            BeReplaced();
            var rest = RestOf();

            Assert.InRange(rest, Math.Min(Math.Max(2 * before, 50), 10_000), 10_000);
            before = rest;
        }

        Assert.Equal(10_000, before);
    }

    [Fact]
    public void Callers_WhoHaveComeBackForLong_BeginWithAShortRestAgain()
    {
        for (var round = 0; round < 5; round++)
        {
            BeReplaced();
            _now += RestOf() * Millisecond;
        }

        _now += 60_000 * Millisecond;
        BeReplaced();

        Assert.Equal(50, RestOf());
    }

    [Fact]
    public void Callers_WhoUsuallyTakeLong_GoOnElsewhere_AndNowAndThenHere()
    {
        var here = 0;
        for (var reply = 0; reply < 1_000; reply++)
        {
            _now += Millisecond;
            if (_turns.MayLeave(_now))
            {
                here++;
                Assert.True(_turns.TryComeBack(_turns.Leave(_now), _now += 3 * Millisecond));
            }
        }

        Assert.InRange(here, 20, 200);
    }

    [Fact]
    public void Callers_WhoTakeLongOnce_GoOnHere()
    {
        for (var reply = 0; reply < 1_000; reply++)
        {
            Assert.True(_turns.MayLeave(_now));
            Assert.True(_turns.TryComeBack(_turns.Leave(_now), _now += reply % 100 == 0 ? 4 * Millisecond : Millisecond / 20));
        }
    }

    private void BeReplaced()
    {
        while (!_turns.MayLeave(_now))
        {
            _now += Millisecond;
        }

        _turns.Leave(_now);
        _turns.TryTakeOver(_now, out _);
        Assert.True(_turns.TryTakeOver(_now, out _));
    }

    /// <summary>For how many milliseconds callers go on elsewhere.</summary>
    private long RestOf()
    {
        var milliseconds = 0L;
        while (!_turns.MayLeave(_now + (milliseconds * Millisecond)))
        {
            milliseconds++;
        }

        return milliseconds;
    }
}
