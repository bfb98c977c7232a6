using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>Something that is running, holds the data set, and can be put under load.</summary>
internal interface ISide : IAsyncDisposable
{
    /// <summary>Loads the side for about as long as was asked, and measures. The first run of a load warms up, and its result is no good.</summary>
    Task<Measurement> RunAsync(Load load, TimeSpan duration, CancellationToken cancellationToken);
}
