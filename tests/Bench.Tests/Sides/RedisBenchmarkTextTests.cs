using Orleans.Cache.GridBench;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.Bench.Tests.Sides;

public sealed class RedisBenchmarkTextTests
{
    // As version 7.0.15 writes it, the middle of the lists left out.
    private const string Text = """
        GET: rps=0.0 (overall: 0.0) avg_msec=nan (overall: nan)
        ====== GET ======
          200000 requests completed in 1.12 seconds
          64 parallel clients
          100 bytes payload
          keep alive: 1
          multi-thread: no

        Latency by percentile distribution:
        0.000% <= 0.087 milliseconds (cumulative count 4)
        50.000% <= 0.495 milliseconds (cumulative count 101552)
        99.805% <= 12.391 milliseconds (cumulative count 199624)
        99.902% <= 12.439 milliseconds (cumulative count 199808)
        100.000% <= 16.575 milliseconds (cumulative count 200000)

        Cumulative distribution of latencies:
        0.010% <= 0.103 milliseconds (cumulative count 20)
        99.942% <= 13.103 milliseconds (cumulative count 199884)
        100.000% <= 17.103 milliseconds (cumulative count 200000)

        Summary:
          throughput summary: 178094.39 requests per second
          latency summary (msec):
                  avg       min       p50       p95       p99       max
                1.092     0.080     0.495     5.431     8.391    16.575
        """;

    [Fact]
    public void Parse_OneTest_HasRateAndLatencies()
    {
        var (rate, latency) = RedisBenchmarkText.Parse(Text);

        Assert.Equal(178094.39, rate);
        Assert.Equal(new Percentiles(495, 8391, 12439), latency);
    }

    [Theory]
    [InlineData("throughput summary")]
    [InlineData("milliseconds")]
    [InlineData("p99")]
    public void Parse_WithoutOneOfThem_IsRefused(string part) =>
        Assert.Throws<BenchException>(() => RedisBenchmarkText.Parse(Text.Replace(part, "?", StringComparison.Ordinal)));
}
