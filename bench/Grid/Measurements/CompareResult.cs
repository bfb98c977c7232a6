using Orleans.Cache.GridBench.OpenLoop;
using Orleans.Cache.GridBench.Reports;

namespace Orleans.Cache.GridBench.Measurements;

/// <summary>Everything that a run of <c>compare</c> came to.</summary>
internal sealed record CompareResult(RunInfo Info, IReadOnlyList<ScenarioResult> Scenarios, IReadOnlyList<OpenLoopResult> OpenLoop);
