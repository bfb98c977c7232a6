using Orleans.Cache.Engine.Copies;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Engine.Tests.Copies;

public sealed class MovePaceTests
{
    private const long Rate = 10_000;

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void MayBegin_OverdrawnByWhatHasBegun_WaitsUntilTheAverageIsKept()
    {
        var pace = new MovePace(Rate, _time);
        Assert.True(pace.MayBegin(sent: 0));

        // Two seconds' worth and more, for what has begun goes on.
        Assert.False(pace.MayBegin(sent: 2 * Rate + Rate / 10));
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(pace.MayBegin(sent: 2 * Rate + Rate / 10));
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.True(pace.MayBegin(sent: 2 * Rate + Rate / 10));
    }

    [Fact]
    public void MayBegin_AfterALongSilence_HasSavedNoMoreThanATenthOfASecond()
    {
        var pace = new MovePace(Rate, _time);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(pace.MayBegin(sent: 0));

        Assert.True(pace.MayBegin(sent: (Rate / 10) - 1));
        Assert.False(pace.MayBegin(sent: Rate / 10));
    }

    [Fact]
    public void MayBegin_WithoutARate_Always()
    {
        var pace = new MovePace(bytesPerSecond: 0, _time);

        Assert.True(pace.MayBegin(long.MaxValue));
    }
}
