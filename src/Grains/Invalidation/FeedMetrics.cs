using System.Diagnostics.Metrics;
using Orleans.Cache.Engine.Invalidation;
using Orleans.Cache.Grains.Replication;

namespace Orleans.Cache.Grains.Invalidation;

/// <summary>What is measured of the silo's feed, on the meter of <see cref="ReplicationMetrics"/>. Safe for any number of threads.</summary>
internal static class FeedMetrics
{
    public static void Observe(IMeterFactory meters, InvalidationFeed feed)
    {
        var meter = meters.Create(ReplicationMetrics.MeterName);
        meter.CreateObservableUpDownCounter("orleans.cache.feed.subscribers", () => feed.Subscribers, "{process}", "Processes that follow this silo's changes for their near caches.");
        meter.CreateObservableCounter("orleans.cache.feed.events", () => feed.Appended, "{key}", "Changes that were recorded for them.");
        meter.CreateObservableUpDownCounter("orleans.cache.feed.held", () => feed.HeldWrites, "{batch}", "Batches of writes of strict caches that wait for near caches.");
    }
}
