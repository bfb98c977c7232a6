using System.Diagnostics;
using Orleans.Cache.GridBench.Measurements;

namespace Orleans.Cache.Bench.Tests.Measurements;

public sealed class LatencyHistogramTests
{
    private const double Precision = 0.016;

    private static readonly double TicksPerMicrosecond = Stopwatch.Frequency / 1e6;

    [Theory]
    [InlineData(0.5, 500)]
    [InlineData(0.99, 990)]
    [InlineData(0.999, 999)]
    [InlineData(1, 1000)]
    public void Percentile_OfOneToThousand_IsWithinThePrecision(double ratio, double microseconds)
    {
        var histogram = new LatencyHistogram();
        for (var number = 1; number <= 1000; number++)
        {
            histogram.Record((long)(number * TicksPerMicrosecond));
        }

        Assert.InRange(histogram.Percentile(ratio), microseconds * (1 - Precision), microseconds * (1 + Precision));
    }

    [Fact]
    public void Percentile_OfTwoTogether_CountsBoth()
    {
        var fast = new LatencyHistogram();
        var slow = new LatencyHistogram();
        fast.Record((long)(10 * TicksPerMicrosecond));
        slow.Record((long)(1000 * TicksPerMicrosecond));

        fast.Add(slow);

        Assert.InRange(fast.Percentile(0.5), 10 * (1 - Precision), 10 * (1 + Precision));
        Assert.InRange(fast.Percentile(1), 1000 * (1 - Precision), 1000 * (1 + Precision));
    }

    [Fact]
    public void Percentile_OfNothing_IsZero() => Assert.Equal(0, new LatencyHistogram().Percentile(0.5));

    [Fact]
    public void Record_LongerThanAllBuckets_CountsInTheLast()
    {
        var histogram = new LatencyHistogram();

        histogram.Record(long.MaxValue);

        Assert.True(histogram.Percentile(1) > 0);
    }
}
