using Orleans.Cache.Cli.Replay;

namespace Orleans.Cache.Cli.Tests.Replay;

public sealed class LatencyHistogramTests
{
    private readonly LatencyHistogram _histogram = new();

    [Fact]
    public void Percentile_Empty_IsZero() => Assert.Equal(TimeSpan.Zero, _histogram.Percentile(0.99));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    public void Percentile_Below25Microseconds_IsExact(long ticks)
    {
        _histogram.Record(new TimeSpan(ticks));

        Assert.Equal(ticks, _histogram.Percentile(0.5).Ticks);
    }

    [Theory]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(12_345)]
    [InlineData(65_535)]
    [InlineData(1_000_000)]
    [InlineData(987_654_321)]
    [InlineData(36_000_000_000)]
    [InlineData(long.MaxValue)]
    public void Percentile_OfOneDuration_IsWithinHalfAPercent(long ticks)
    {
        _histogram.Record(new TimeSpan(ticks));

        Assert.InRange((double)_histogram.Percentile(0.5).Ticks / ticks, 0.995, 1.005);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.99)]
    [InlineData(0.999)]
    public void Percentile_OfManyDurations_IsWithinHalfAPercentOfTheSortedOne(double ratio)
    {
        var random = new Random(7);
        var ticks = Enumerable.Range(0, 100_000).Select(_ => (long)(100 * Math.Exp(random.NextDouble() * 12))).ToArray();
        foreach (var duration in ticks)
        {
            _histogram.Record(new TimeSpan(duration));
        }

        Array.Sort(ticks);
        var exact = ticks[(int)Math.Ceiling(ratio * ticks.Length) - 1];
        Assert.Equal(ticks.Length, _histogram.Count);
        Assert.InRange((double)_histogram.Percentile(ratio).Ticks / exact, 0.995, 1.005);
    }

    [Fact]
    public void Percentile_RareSlowOnes_ShowOnlyInTheTail()
    {
        for (var request = 0; request < 1000; request++)
        {
            _histogram.Record(TimeSpan.FromMicroseconds(request < 998 ? 10 : 20));
        }

        Assert.Equal(TimeSpan.FromMicroseconds(10), _histogram.Percentile(0.998));
        Assert.Equal(TimeSpan.FromMicroseconds(20), _histogram.Percentile(0.999));
    }

    [Fact]
    public void Record_Negative_CountsAsZero()
    {
        _histogram.Record(TimeSpan.FromTicks(-5));

        Assert.Equal(1, _histogram.Count);
        Assert.Equal(TimeSpan.Zero, _histogram.Percentile(1));
    }

    [Fact]
    public void Record_FromManyThreads_LosesNone()
    {
        Parallel.For(0, 100_000, number => _histogram.Record(new TimeSpan(number % 300)));

        Assert.Equal(100_000, _histogram.Count);
    }
}
