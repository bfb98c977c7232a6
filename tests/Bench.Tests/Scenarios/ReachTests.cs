using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.Bench.Tests.Scenarios;

public sealed class ReachTests
{
    [Theory]
    [InlineData(6.99, false)]
    [InlineData(7, true)]
    public void RateAtLeast_IsReachedFromItsBoundUp(double ratio, bool reached) =>
        Assert.Equal(reached, new Reach(ReachKind.RateAtLeast, 7).IsReachedBy(ratio));

    [Theory]
    [InlineData(1.3, true)]
    [InlineData(1.31, false)]
    public void CostAtMost_IsReachedUpToItsBound(double ratio, bool reached) =>
        Assert.Equal(reached, new Reach(ReachKind.CostAtMost, 1.3).IsReachedBy(ratio));
}
