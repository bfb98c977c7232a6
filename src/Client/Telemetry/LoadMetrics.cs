using System.Diagnostics.Metrics;

namespace Orleans.Cache.Client.Telemetry;

/// <summary>What is measured of loads, in the meter of <see cref="LaneMetrics"/>. Names caches, never keys. Safe for any number of threads.</summary>
internal sealed class LoadMetrics
{
    /// <summary>The counter of calls that waited.</summary>
    public const string Waits = "orleans.cache.client.load.waits";

    public const string Loaded = "loaded";
    public const string Failed = "failed";

    /// <summary>It took too long, or the source is left alone.</summary>
    public const string Refused = "refused";

    private const string Cache = "dotnet.cache.name";
    private const string Outcome = "orleans.cache.load.outcome";

    private readonly Counter<long> _loads;
    private readonly Histogram<double> _loadTime;
    private readonly Counter<long> _shared;
    private readonly Counter<long> _waits;
    private readonly Counter<long> _stale;
    private readonly Counter<long> _unstored;

    public LoadMetrics(LaneMetrics lanes)
    {
        _loads = lanes.Meter.CreateCounter<long>("orleans.cache.client.loads", "{load}", "Times that this process asked a source.");
        _loadTime = lanes.Meter.CreateHistogram<double>("orleans.cache.client.load.duration", "s", "How long a source took.");
        _shared = lanes.Meter.CreateCounter<long>("orleans.cache.client.loads.shared", "{load}", "Values that this process waited for while another loaded them.");
        _waits = lanes.Meter.CreateCounter<long>(Waits, "{call}", "Calls that waited for a load, in this process or another.");
        _stale = lanes.Meter.CreateCounter<long>("orleans.cache.client.stale", "{value}", "Callers that were served a value whose time was over.");
        _unstored = lanes.Meter.CreateCounter<long>("orleans.cache.client.loads.unstored", "{load}", "Loaded values that were not stored because the lease was lost or the key was written meanwhile.");
    }

    public void OnLoaded(string cache, string outcome, TimeSpan elapsed)
    {
        _loads.Add(1, new(Cache, cache), new(Outcome, outcome));
        _loadTime.Record(elapsed.TotalSeconds, new(Cache, cache), new(Outcome, outcome));
    }

    public void OnShared(string cache) => _shared.Add(1, new KeyValuePair<string, object?>(Cache, cache));

    public void OnWaited(string cache) => _waits.Add(1, new KeyValuePair<string, object?>(Cache, cache));

    public void OnStale(string cache) => _stale.Add(1, new KeyValuePair<string, object?>(Cache, cache));

    public void OnUnstored(string cache) => _unstored.Add(1, new KeyValuePair<string, object?>(Cache, cache));
}
