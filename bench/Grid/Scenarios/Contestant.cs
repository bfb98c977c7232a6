namespace Orleans.Cache.GridBench.Scenarios;

/// <summary>A side under a load.</summary>
/// <param name="Side">The side.</param>
/// <param name="Load">What it is asked.</param>
/// <param name="Reach">The ratio that the grid is meant to reach against it; for the report only, nothing fails on it.</param>
internal sealed record Contestant(SideKind Side, Load Load, double? Reach = null)
{
    /// <summary>What reports call it.</summary>
    public string Label => Side switch
    {
        SideKind.Grid => "grid",
        SideKind.HostedGrid => "grid, in process",
        _ => $"redis {Load.ToRedisOptions()}",
    };
}
