using System.Diagnostics.Metrics;
using Orleans.Cache.Grains.Replication;

namespace Orleans.Cache.Grains.Snapshots;

/// <summary>What is measured of snapshots, on the meter of <see cref="ReplicationMetrics"/>. Names neither keys nor files. Safe for any number of threads.</summary>
internal sealed class SnapshotMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _written;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _failed;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _loaded;
    private readonly Counter<long> _loadedEntries;
    private readonly Counter<long> _skipped;

    public SnapshotMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(ReplicationMetrics.MeterName);
        _written = _meter.CreateCounter<long>("orleans.cache.snapshots.written", "{snapshot}", "Snapshots of partitions that were written.");
        _bytes = _meter.CreateCounter<long>("orleans.cache.snapshots.bytes", "By", "The bytes of those.");
        _failed = _meter.CreateCounter<long>("orleans.cache.snapshots.failed", "{snapshot}", "Snapshots that could not be written.");
        _duration = _meter.CreateHistogram<double>("orleans.cache.snapshots.duration", "s", "How long a round of snapshots took.");
        _loaded = _meter.CreateCounter<long>("orleans.cache.snapshots.loaded", "{snapshot}", "Snapshots that partitions without a copy began with.");
        _loadedEntries = _meter.CreateCounter<long>("orleans.cache.snapshots.loaded_entries", "{entry}", "The entries of those.");
        _skipped = _meter.CreateCounter<long>("orleans.cache.snapshots.skipped", "{snapshot}", "Snapshots that were to be loaded, and are torn, damaged or gone.");
    }

    /// <summary>Has the gauges read when somebody listens.</summary>
    /// <param name="age">Seconds since the last round without an error began; <see langword="null"/> before there was one.</param>
    /// <param name="loading">How many partitions are to be loaded.</param>
    public void Observe(Func<double?> age, Func<int> loading)
    {
        _meter.CreateObservableGauge(
            "orleans.cache.snapshots.age", () => age() is { } seconds ? [new Measurement<double>(seconds)] : Array.Empty<Measurement<double>>(), "s", "The time since the last round of snapshots without an error.");
        _meter.CreateObservableGauge("orleans.cache.snapshots.loading", loading, "{partition}", "Partitions without a copy that are to be loaded from a snapshot.");
    }

    public void OnWritten(long bytes)
    {
        _written.Add(1);
        _bytes.Add(bytes);
    }

    public void OnFailed() => _failed.Add(1);

    public void OnRound(TimeSpan duration) => _duration.Record(duration.TotalSeconds);

    public void OnLoaded(long entries)
    {
        _loaded.Add(1);
        _loadedEntries.Add(entries);
    }

    public void OnSkipped() => _skipped.Add(1);
}
