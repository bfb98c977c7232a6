using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Grains.Snapshots;

/// <summary>How this silo's snapshots are doing, for health, statistics and metrics. Safe for any number of threads.</summary>
internal sealed class SnapshotStatus
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly bool _isOn;
    private NodeSnapshots _now = new(0, 0, 0, 0, null, 0, 0, 0);
    private bool _isWaiting;

    public SnapshotStatus(SnapshotMetrics metrics, SnapshotPlace place, TimeProvider time)
    {
        _time = time;
        _isOn = place.IsOn;
        metrics.Observe(() => Age, () => Now?.Loading ?? 0);
    }

    /// <summary><see langword="null"/> where there are no snapshots.</summary>
    public NodeSnapshots? Now
    {
        get
        {
            lock (_lock)
            {
                return _isOn ? _now : null;
            }
        }
    }

    /// <summary>Whether what is to be loaded waits for other silos.</summary>
    public bool IsWaiting
    {
        get => Volatile.Read(ref _isWaiting);
        set => Volatile.Write(ref _isWaiting, value);
    }

    private double? Age => Now is { CompleteTo: > 0 and var moment } ? Math.Max(0, _time.GetUtcNow().ToUnixTimeMilliseconds() - moment) / 1000.0 : null;

    /// <summary>A round of snapshots is over.</summary>
    /// <param name="began">The wall clock of its beginning, in milliseconds since 1970.</param>
    /// <param name="partitions">How many partitions have a snapshot of this run.</param>
    /// <param name="bytes">The bytes of these.</param>
    /// <param name="newest">The wall clock of the newest, in milliseconds since 1970.</param>
    /// <param name="error">What went wrong first; <see langword="null"/>: nothing.</param>
    /// <returns>What had gone wrong in the round before.</returns>
    public string? OnRound(long began, int partitions, long bytes, long newest, string? error)
    {
        lock (_lock)
        {
            var before = _now.LastError;
            _now = _now with { Partitions = partitions, Bytes = bytes, Newest = newest, LastError = error, CompleteTo = error is null ? began : _now.CompleteTo };
            return before;
        }
    }

    /// <summary>So many partitions more are to be loaded, or fewer.</summary>
    public void OnLoading(int more)
    {
        lock (_lock)
        {
            _now = _now with { Loading = _now.Loading + more };
        }
    }

    public void OnLoaded(long entries, int skipped)
    {
        lock (_lock)
        {
            _now = _now with { LoadedEntries = _now.LoadedEntries + entries, SkippedFiles = _now.SkippedFiles + skipped };
        }
    }
}
