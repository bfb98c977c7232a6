using System.Diagnostics.Metrics;
using Orleans.Cache.Grains.Replication;

namespace Orleans.Cache.Grains.Events;

/// <summary>What is measured of the events that a silo sends, on the meter of <see cref="ReplicationMetrics"/>. Safe for any number of threads.</summary>
internal sealed class EventMetrics
{
    private readonly Counter<long> _published;
    private readonly Counter<long> _lost;

    public EventMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(ReplicationMetrics.MeterName);
        _published = meter.CreateCounter<long>("orleans.cache.events.published", "{event}", "Events of caches that were given to the stream provider.");
        _lost = meter.CreateCounter<long>("orleans.cache.events.lost", "{event}", "Events of caches for which there was no room, or which the stream provider did not take.");
    }

    public void OnPublished(int events) => _published.Add(events);

    public void OnLost(int events)
    {
        if (events > 0)
        {
            _lost.Add(events);
        }
    }
}
