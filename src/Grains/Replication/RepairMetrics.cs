using System.Diagnostics.Metrics;
using Orleans.Cache.Engine.Repair;

namespace Orleans.Cache.Grains.Replication;

/// <summary>What comparing copies comes to, measured: the meter <c>Orleans.Cache.Grains</c>. Safe for any number of threads.</summary>
internal sealed class RepairMetrics
{
    private const string Kind = "orleans.cache.repair.kind";

    public RepairMetrics(IMeterFactory meters, RepairCounts counts)
    {
        var meter = meters.Create(ReplicationMetrics.MeterName);
        meter.CreateObservableCounter(
            "orleans.cache.repair.compared",
            () => new[] { Of("same", counts.Compared - counts.Differing), Of("differing", counts.Differing) },
            "{bucket}",
            "Buckets of replicas here that were compared with their owner's.");
        meter.CreateObservableCounter(
            "orleans.cache.repair.found",
            () => new[] { Of("different", counts.Different), Of("missing", counts.Missing), Of("extra", counts.Extra) },
            "{entry}",
            "Entries of replicas here that were not as their owner's, without a reason that is known.");
        meter.CreateObservableCounter("orleans.cache.repair.sent", () => counts.Sent, "{entry}", "Entries that owners here sent again.");
        meter.CreateObservableCounter("orleans.cache.repair.dropped", () => counts.Dropped, "{entry}", "Entries that replicas here dropped because their owner's are others.");
    }

    private static Measurement<long> Of(string kind, long count) => new(count, new KeyValuePair<string, object?>(Kind, kind));
}
