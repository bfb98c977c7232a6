using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench.OpenLoop;

/// <summary>A system's latencies at fixed rates of arrivals.</summary>
/// <param name="System">The system.</param>
/// <param name="PeakPerSecond">What it answers at most through the same generator, callers waiting: the median of the turns.</param>
/// <param name="AtHalfOfPeak">At half of its own peak.</param>
/// <param name="AtCommonRate">At the half of the lowest peak, the same for every system.</param>
internal sealed record OpenLoopResult(SideKind System, double PeakPerSecond, OpenLoopPoint AtHalfOfPeak, OpenLoopPoint AtCommonRate);
