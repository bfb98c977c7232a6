using System.Globalization;
using Orleans.Cache.Chaos.Cluster;
using Orleans.Cache.Chaos.Load;
using Orleans.Cache.Chaos.Scenarios;

namespace Orleans.Cache.Chaos.Tests;

/// <summary>
/// Real silos are killed, suspended, stopped and added while clients write and read: no acknowledged write may be lost, and no read may return less
/// than what had been acknowledged. <c>bench/Chaos</c> does the same for hours, and more.
/// </summary>
public sealed class GridChaosTests(ITestOutputHelper output)
{
    private const int Writes = 3000;
    private const int SamplesOfAKind = 5;

    [Fact]
    public Task KilledSilos_LoseNothing() => RunAsync(Catalog("kill"), rounds: 2);

    [Fact]
    public Task SuspendedSilo_LosesNothing_AndReturnsNothingOld() => RunAsync(ScenarioCatalog.Suspend(seconds: 10), rounds: 1);

    [Fact]
    public Task SiloStoppedGracefully_AndBack_LosesNothing() => RunAsync(Catalog("stop"), rounds: 1);

    [Fact]
    public Task SilosAddedAndStopped_LoseNothing() => RunAsync(ScenarioCatalog.Scale(few: 2, many: 3), rounds: 1);

    private static Scenario Catalog(string name) => ScenarioCatalog.All.Single(scenario => scenario.Name == name);

    private async Task RunAsync(Scenario scenario, int rounds)
    {
        // Where there is no root the silos are on loopback; none of these faults needs more.
        var settings = new ChaosSettings
        {
            Scenario = scenario,
            Rounds = rounds,
            Seed = 1,
            WritesOfARound = Writes,
            Grid = new ChaosGridSettings { Silos = scenario.Silos, Namespaces = true },
            Load = new LoadSettings { Keys = 300, Counters = 50, Expiring = 50, WritesPerSecond = 800, ReadsPerSecond = 800 },
        };
        var missing = ChaosRun.FindMissing(settings);
        Assert.SkipWhen(missing is not null, missing ?? string.Empty);

        var result = await ChaosRun.RunAsync(settings, command: string.Empty, output.WriteLine, TestContext.Current.CancellationToken);

        var evidence = string.Create(
            CultureInfo.InvariantCulture,
            $"seed {settings.Seed}, {result.Writes} writes, {result.Reads} reads: {string.Join(", ", result.Violations)}\n{string.Join('\n', result.Schedule)}\n{string.Join('\n', result.Samples.GroupBy(static sample => sample.Kind).SelectMany(static kind => kind.Take(SamplesOfAKind)))}");
        Assert.True(result.Writes >= rounds * Writes, evidence);
        Assert.True(result.Reads > 0, evidence);
        Assert.True(result.Lost == 0, $"{result.Lost} keys lost acknowledged writes. {evidence}");
        Assert.True(result.Wrong == 0, $"{result.Wrong} reads were wrong. {evidence}");
    }
}
