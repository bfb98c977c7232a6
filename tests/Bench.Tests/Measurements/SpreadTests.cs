using Orleans.Cache.GridBench.Measurements;

namespace Orleans.Cache.Bench.Tests.Measurements;

public sealed class SpreadTests
{
    [Theory]
    [InlineData(new[] { 3.0, 1, 2 }, 2)]
    [InlineData(new[] { 4.0, 1, 3, 2 }, 2.5)]
    [InlineData(new[] { 7.0 }, 7)]
    public void Of_Numbers_HasTheMiddleAndTheEnds(double[] numbers, double median) =>
        Assert.Equal(new Spread(median, numbers.Min(), numbers.Max()), Spread.Of(numbers));
}
