using Orleans.Cache.Chaos.Cluster;
using Orleans.Cache.Chaos.Load;
using Orleans.Cache.Chaos.Scenarios;
using Orleans.Cache.Chaos.Schedules;

namespace Orleans.Cache.Chaos;

/// <summary>A run of one scenario.</summary>
internal sealed record ChaosSettings
{
    public required Scenario Scenario { get; init; }

    public int Rounds { get; init; } = 1;

    /// <summary>Draws the faults: the same seed draws the same.</summary>
    public int Seed { get; init; }

    /// <summary>How many writes are acknowledged in every round at least, half of them before the first fault.</summary>
    public int WritesOfARound { get; init; }

    /// <summary>Whether every error of a call is told as it happens.</summary>
    public bool SaysErrors { get; init; }

    /// <summary>A folder for what the silos write and the clients log, or <see langword="null"/>.</summary>
    public string? Logs { get; init; }

    public ChaosGridSettings Grid { get; init; } = new();

    public LoadSettings Load { get; init; } = new();

    /// <summary>The silos that may be harmed.</summary>
    public IReadOnlyList<string> Harmable =>
        [.. Enumerable.Range(0, Grid.Silos).Skip(Grid.Development ? 1 : 0).Select(static index => $"silo-{index}")];

    /// <summary>The steps of a round; the grid is whole at its end.</summary>
    public IReadOnlyList<Step> StepsOf(int round) =>
        [.. Scenario.Draw(new Dice(Seed, round), Harmable), new Step(TimeSpan.Zero, StepKind.Settle, [])];
}
