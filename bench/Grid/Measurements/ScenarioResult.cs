using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench.Measurements;

/// <summary>What a scenario came to. Rivals and floor are those that could run here.</summary>
internal sealed record ScenarioResult(
    Scenario Scenario, ContestantResult Grid, IReadOnlyList<ContestantResult> Rivals, IReadOnlyList<ContestantResult> Floor)
{
    public IEnumerable<ContestantResult> Sides => [Grid, .. Rivals, .. Floor];
}
