using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Engine.Tests.Topology;

public sealed class LoadBoundsTests
{
    [Theory]
    [InlineData(128, 0.05, 122, 134)]
    [InlineData(102.4, 0.05, 98, 107)]
    [InlineData(102.4, 0, 102, 103)]
    [InlineData(8, 0, 8, 8)]
    // No whole number but the fair share itself lies within 5 % of it.
    [InlineData(8, 0.05, 8, 8)]
    // None at all: the next ones.
    [InlineData(8.5, 0.05, 8, 9)]
    [InlineData(0.03, 0.05, 0, 1)]
    [InlineData(10, 1, 0, 20)]
    public void Around_FairShare_IsTheWholeNumbersWithin(double fairShare, double tolerance, int least, int most) =>
        Assert.Equal(new LoadBounds(least, most), LoadBounds.Around(fairShare, tolerance));

    [Fact]
    public void Of_Weights_CanAlwaysBeMetTogether()
    {
        for (var silos = 1; silos <= 64; silos++)
        {
            var members = TopologyCases.Weighted("cache", [.. Enumerable.Range(1, silos).Select(static silo => 0.1 * silo * silo)]);
            foreach (var tolerance in new[] { 0, 0.01, 0.05, 0.5, 1 })
            {
                var bounds = LoadBounds.Of(members, 1024, tolerance);
                Assert.InRange(1024, bounds.Sum(static bound => bound.Least), bounds.Sum(static bound => bound.Most));
            }
        }
    }
}
