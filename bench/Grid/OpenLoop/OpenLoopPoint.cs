using Orleans.Cache.GridBench.Measurements;

namespace Orleans.Cache.GridBench.OpenLoop;

/// <summary>One rate of arrivals, and the turns that a system had at it.</summary>
internal sealed record OpenLoopPoint(double PerSecond, IReadOnlyList<Measurement> Runs)
{
    public double Median(Func<Measurement, double> what) => Spread.Of(Runs.Select(what)).Median;
}
