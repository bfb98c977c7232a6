using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.Bench.Tests.Measurements;

public sealed class ContestantResultTests
{
    private static readonly Contestant Contestant = new(SideKind.Grid, new Load(LoadOperation.Get, 1));

    [Fact]
    public void RatioTo_Another_TakesTurnsInPairs()
    {
        // The machine slows down under both alike: the ratio of a turn does not.
        var ours = Result(200, 100, 60);
        var theirs = Result(100, 50, 20);

        Assert.Equal(new Spread(2, 2, 3), ours.RatioTo(theirs, static run => run.OperationsPerSecond));
    }

    [Fact]
    public void RatioTo_OneThatDoesNotKnow_IsUnknown() =>
        Assert.Null(Result(1).RatioTo(Result(1), static run => run.ClientProcessors));

    [Fact]
    public void Median_OfRunsOfWhichSomeDoNotKnow_IsThatOfTheOthers()
    {
        ContestantResult result = new(Contestant, [Run(1) with { ServerAllocatedBytes = -5 }, Run(1) with { ServerAllocatedBytes = 7 }]);

        Assert.Equal(7, result.Median(static run => run.ServerAllocatedBytes));
        Assert.Null(result.Median(static run => run.ClientAllocatedBytes));
    }

    private static ContestantResult Result(params long[] rates) => new(Contestant, [.. rates.Select(Run)]);

    private static Measurement Run(long operations) => new()
    {
        Operations = operations,
        Seconds = 1,
        Latency = default,
        ClientProcessor = null,
        ServerProcessor = TimeSpan.Zero,
    };
}
