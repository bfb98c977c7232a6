using Orleans.Cache.Chaos.Cluster;
using Orleans.Cache.Chaos.Scenarios;
using Orleans.Cache.Chaos.Schedules;

namespace Orleans.Cache.Chaos.Tests.Schedules;

public sealed class ScheduleTests
{
    public static TheoryData<string> Names => [.. ScenarioCatalog.All.Select(static scenario => scenario.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Steps_OfTheSameSeedAndRound_AreTheSame(string name) => Assert.Equal(TextOf(name, seed: 1, round: 3), TextOf(name, seed: 1, round: 3));

    [Theory]
    [MemberData(nameof(Names))]
    public void Steps_OfAnotherSeedOrRound_AreOthers(string name)
    {
        Assert.NotEqual(TextOf(name, seed: 1, round: 3), TextOf(name, seed: 2, round: 3));
        Assert.NotEqual(TextOf(name, seed: 1, round: 3), TextOf(name, seed: 1, round: 4));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Steps_EndWithAWholeGrid_OfAsManySilos(string name)
    {
        var steps = SettingsOf(name, seed: 5).StepsOf(round: 1);

        Assert.Equal(StepKind.Settle, steps[^1].Kind);
        Assert.Equal(CountOf(steps, StepKind.Kill, StepKind.Stop), CountOf(steps, StepKind.Restart, StepKind.RestartWithClock, StepKind.Add));
        Assert.Equal(steps.Any(static step => step.Kind is StepKind.Cut or StepKind.CutOneWay or StepKind.Lose), steps.Any(static step => step.Kind == StepKind.Heal));
        Assert.Equal(CountOf(steps, StepKind.Suspend) > 0, steps.Any(static step => step.Kind == StepKind.Resume));
    }

    [Fact]
    public void SiloThatKeepsTheMembership_IsNotHarmed()
    {
        foreach (var name in ScenarioCatalog.All.Select(static scenario => scenario.Name))
        {
            var settings = SettingsOf(name, seed: 1);
            settings = settings with { Grid = settings.Grid with { Development = true } };
            Assert.All(Enumerable.Range(1, 20).SelectMany(settings.StepsOf), static step => Assert.DoesNotContain("silo-0", step.Silos));
        }
    }

    private static int CountOf(IEnumerable<Step> steps, params StepKind[] kinds) =>
        steps.Where(step => kinds.Contains(step.Kind)).Sum(static step => Math.Max(1, step.Silos.Count));

    private static string TextOf(string name, int seed, int round) => string.Join(", ", SettingsOf(name, seed).StepsOf(round));

    private static ChaosSettings SettingsOf(string name, int seed)
    {
        var scenario = ScenarioCatalog.All.Single(scenario => scenario.Name == name);
        return new ChaosSettings { Scenario = scenario, Seed = seed, Grid = new ChaosGridSettings { Silos = scenario.Silos } };
    }
}
