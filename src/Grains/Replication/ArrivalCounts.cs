using System.Diagnostics.Metrics;
using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Grains.Replication;

/// <summary>Counts what moves bring to this silo. Safe for any number of threads.</summary>
internal sealed class ArrivalCounts(IMeterFactory meters)
{
    private const int PausesKept = 1024;

    // Pauses are far below the seconds that histograms have by default.
    private readonly Histogram<double> _measured = meters.Create(ReplicationMetrics.MeterName).CreateHistogram(
        "orleans.cache.moves.pause",
        "s",
        "For how long a partition took no writes while it was handed over to this silo.",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5] });

    private readonly Lock _lock = new();
    private readonly Queue<int> _pauses = new(PausesKept);
    private long _entries;
    private long _bytes;
    private long _takenOver;

    /// <summary>Some entries have come to fill a copy here.</summary>
    public void OnFilled(int entries, long bytes)
    {
        lock (_lock)
        {
            _entries += entries;
            _bytes += bytes;
        }
    }

    /// <summary>A partition that was handed over is served here.</summary>
    /// <param name="pause">For how long it took no writes.</param>
    public void OnTakenOver(TimeSpan pause)
    {
        _measured.Record(pause.TotalSeconds);
        lock (_lock)
        {
            _takenOver++;
            if (_pauses.Count == PausesKept)
            {
                _pauses.Dequeue();
            }

            _pauses.Enqueue((int)pause.TotalMilliseconds);
        }
    }

    public NodeArrivals Compose()
    {
        lock (_lock)
        {
            return new NodeArrivals(_entries, _bytes, _takenOver, [.. _pauses]);
        }
    }
}
