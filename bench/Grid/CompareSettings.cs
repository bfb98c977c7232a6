using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench;

/// <summary>What <c>compare</c> was asked for.</summary>
internal sealed record CompareSettings
{
    public required IReadOnlyList<Scenario> Scenarios { get; init; }

    /// <summary>How many turns each contestant has, after one to warm up.</summary>
    public required int Repeats { get; init; }

    /// <summary>How long a turn lasts.</summary>
    public required TimeSpan Duration { get; init; }
}
