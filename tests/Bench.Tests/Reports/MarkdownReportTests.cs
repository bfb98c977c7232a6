using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.OpenLoop;
using Orleans.Cache.GridBench.Reports;
using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.Bench.Tests.Reports;

public sealed class MarkdownReportTests
{
    private static readonly Contestant Grid = new(SideKind.Grid, new Load(LoadOperation.Get, 8, 64));

    private static readonly Contestant Redis =
        new(SideKind.Redis, new Load(LoadOperation.Get, 8, 64), Reach: new Reach(ReachKind.RateAtLeast, 3));

    private static readonly RunInfo Info =
        new() { Date = new DateTime(2026, 1, 2, 3, 4, 0, DateTimeKind.Utc), Repeats = 1, Seconds = 1, Redis = "7.0", Memcached = null };

    [Fact]
    public void Of_Scenario_SaysWhatIsReachedAndWhatIsMissed()
    {
        var scenario = new Scenario("get-batch", "batches", Grid, [Redis]) { AllocatedBytesReach = 32 };
        var grid = Run(400) with { ClientAllocatedBytes = 400 * 120, ServerAllocatedBytes = 400 * 40 };

        var report = MarkdownReport.Of(new CompareResult(Info, [new ScenarioResult(scenario, Result(Grid, grid), [Result(Redis, Run(100))], [])], []));

        Assert.Equal("batches | redis -c 8 -P 64 | 4.00 | 4.00 – 4.00 | ≥ 3.0 | reached | 0.25", Row(report, "redis -c 8 -P 64"));
        Assert.Equal("batches | bytes allocated, client | 20.0 | | ≤ 32 | reached |", Row(report, "bytes allocated, client"));
        Assert.Equal("batches | bytes allocated, silo | 40.0 | | ≤ 32 | missed |", Row(report, "bytes allocated, silo"));
        Assert.Contains("memcached not installed", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_OpenLoop_HasEverySystemAtBothRates()
    {
        var result = new OpenLoopResult(SideKind.Grid, 1000, new OpenLoopPoint(500, [Run(500)]), new OpenLoopPoint(50, [Run(50)]));

        var report = MarkdownReport.Of(new CompareResult(Info, [], [result]));

        Assert.Equal("half of its own peak | grid | 1,000 | 500 | 500 | 1.0 | 2.0 | 3.0 | 0.00 + 0.00 | 0", Row(report, "half of its own peak"));
        Assert.Equal("the same for all | grid | 1,000 | 50 | 50 | 1.0 | 2.0 | 3.0 | 0.00 + 0.00 | 0", Row(report, "the same for all"));
    }

    private static string Row(string report, string of)
    {
        var row = report.Split('\n').First(line => line.StartsWith('|') && line.Contains($"| {of} ", StringComparison.Ordinal));
        return string.Join(' ', row.Trim('|').Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static ContestantResult Result(Contestant contestant, Measurement run) => new(contestant, [run]);

    private static Measurement Run(long operations) => new()
    {
        Operations = operations,
        Seconds = 1,
        Latency = new Percentiles(1, 2, 3),
        ClientProcessor = TimeSpan.FromMicroseconds(100),
        ServerProcessor = TimeSpan.Zero,
    };
}
