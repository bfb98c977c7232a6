namespace Orleans.Cache.GridBench.Scenarios;

/// <summary>Which ratio of the grid's figure to a rival's is meant to reach a bound.</summary>
internal enum ReachKind
{
    /// <summary>Operations per second, or more.</summary>
    RateAtLeast,

    /// <summary>Processor time of all processes for an operation, or less.</summary>
    CostAtMost,
}
