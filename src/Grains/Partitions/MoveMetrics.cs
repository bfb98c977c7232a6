using System.Diagnostics.Metrics;
using Orleans.Cache.Grains.Replication;

namespace Orleans.Cache.Grains.Partitions;

/// <summary>What is measured of partitions on the move: the meter <c>Orleans.Cache.Grains</c>. Safe for any number of threads.</summary>
internal sealed class MoveMetrics(IMeterFactory meters)
{
    private readonly Meter _meter = meters.Create(ReplicationMetrics.MeterName);

    /// <summary>Has the numbers read when somebody listens.</summary>
    public void Observe(Func<int> inProgress, Func<int> waiting, Func<int> lackingCopies, Func<long> movedBytes)
    {
        _meter.CreateObservableGauge("orleans.cache.moves.active", inProgress, "{partition}", "Partitions of this silo that are moving or get a further copy.");
        _meter.CreateObservableGauge("orleans.cache.moves.waiting", waiting, "{partition}", "Partitions of this silo that wait for that.");
        _meter.CreateObservableGauge(
            "orleans.cache.partitions.lacking", lackingCopies, "{partition}", "Partitions of this silo that lack a copy in sync that they should have.");
        _meter.CreateObservableCounter("orleans.cache.moves.sent", movedBytes, "By", "Bytes of entries that this silo has sent to fill copies on others.");
    }
}
