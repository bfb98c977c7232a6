using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench.Measurements;

/// <summary>What a scenario came to.</summary>
internal sealed record ScenarioResult(Scenario Scenario, ContestantResult Grid, IReadOnlyList<ContestantResult> Rivals);
