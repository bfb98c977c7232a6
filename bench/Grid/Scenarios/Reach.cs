using System.Globalization;

namespace Orleans.Cache.GridBench.Scenarios;

/// <summary>What the grid is meant to come to beside a rival; for the report only, nothing fails on it.</summary>
/// <param name="Kind">Which ratio counts.</param>
/// <param name="Bound">The least, or the most, that is good.</param>
internal sealed record Reach(ReachKind Kind, double Bound)
{
    public bool IsReachedBy(double ratio) => Kind == ReachKind.RateAtLeast ? ratio >= Bound : ratio <= Bound;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(Kind == ReachKind.RateAtLeast ? "≥" : "≤")} {Bound:0.0#}");
}
