using System.Diagnostics.Metrics;
using Orleans.Cache.Client.Lanes;

namespace Orleans.Cache.Client.Telemetry;

/// <summary>What is measured on the way to the silos: the meter <c>Orleans.Cache.Client</c>. Names silos and caches, never keys.</summary>
/// <remarks>Safe for any number of threads. Nothing is measured that nobody listens to.</remarks>
internal sealed class LaneMetrics
{
    /// <summary>The meter's name, by which telemetry subscribes to it.</summary>
    public const string MeterName = "Orleans.Cache.Client";

    private const string Silo = "orleans.cache.silo";
    private const string Cache = "dotnet.cache.name";

    private readonly Histogram<int> _batchOperations;
    private readonly Histogram<double> _queueTime;
    private readonly Histogram<double> _batchTime;
    private readonly Counter<long> _moved;
    private readonly Counter<long> _unanswered;
    private readonly Counter<long> _hedged;

    public LaneMetrics(IMeterFactory meters)
    {
        Meter = meters.Create(MeterName);
        _batchOperations = Meter.CreateHistogram<int>("orleans.cache.client.batch.operations", "{operation}", "Operations in a batch sent to a silo.");
        _queueTime = Meter.CreateHistogram<double>("orleans.cache.client.queue.duration", "s", "How long the operation that waited longest waited for its batch to leave.");
        _batchTime = Meter.CreateHistogram<double>("orleans.cache.client.batch.duration", "s", "From a batch's leaving to its answer.");
        _moved = Meter.CreateCounter<long>("orleans.cache.client.moved", "{operation}", "Operations that a silo answered as moved, which are sent again by a newer map.");
        _unanswered = Meter.CreateCounter<long>("orleans.cache.client.unanswered", "{operation}", "Operations that were sent and had no answer.");
        _hedged = Meter.CreateCounter<long>("orleans.cache.client.hedged", "{operation}", "Reads that were sent a second time because the first was slow.");
    }

    /// <summary>The meter, for instruments that are read by those who know: see <see cref="LaneSet"/>.</summary>
    public Meter Meter { get; }

    /// <summary>Whether anyone listens to how long things take.</summary>
    public bool IsTimed => _queueTime.Enabled || _batchTime.Enabled;

    public void OnSent(Lane lane, int operations, TimeSpan queued)
    {
        _batchOperations.Record(operations, new(Silo, lane.Node.Descriptor.Name), new(Cache, lane.Cache.Name));
        _queueTime.Record(queued.TotalSeconds, new(Silo, lane.Node.Descriptor.Name), new(Cache, lane.Cache.Name));
    }

    public void OnAnswered(Lane lane, TimeSpan elapsed) =>
        _batchTime.Record(elapsed.TotalSeconds, new(Silo, lane.Node.Descriptor.Name), new(Cache, lane.Cache.Name));

    public void OnMoved(string cache, int operations) => _moved.Add(operations, new KeyValuePair<string, object?>(Cache, cache));

    public void OnUnanswered(Lane lane, int operations) =>
        _unanswered.Add(operations, new(Silo, lane.Node.Descriptor.Name), new(Cache, lane.Cache.Name));

    public void OnHedged(Lane lane) => _hedged.Add(1, new(Silo, lane.Node.Descriptor.Name), new(Cache, lane.Cache.Name));
}
