using Microsoft.Extensions.Options;
using Orleans.Cache.Client.Routing;

namespace Orleans.Cache.Client.Lanes;

/// <summary>
/// All lanes of a process, and the one timer that ends calls whose deadline has passed. It runs only while something is under way. Safe for
/// any number of threads.
/// </summary>
internal sealed class LaneSet : IDisposable
{
    private const int Idle = 0;
    private const int Running = 1;

    /// <summary>How late a call may learn that its deadline has passed, as a part of the deadline.</summary>
    private const int PartsOfDeadline = 40;
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(10);

    private readonly Lock _lock = new();
    private readonly List<WeakReference<Lane>> _lanes = [];
    private readonly TimeProvider _time;
    private readonly CacheLaneOptions _limits;
    private readonly CacheLaneOptions _bulkLimits;
    private readonly TimeSpan _period;
    private readonly ITimer _timer;
    private int _state;

    public LaneSet(TimeProvider time, IOptions<CacheGridClientOptions> options)
    {
        _time = time;
        _limits = options.Value.Lanes;
        _bulkLimits = new CacheLaneOptions
        {
            MaxBatchOperations = 1,
            MaxBatchesInFlight = _limits.MaxChunksInFlight,
            MaxQueuedBytes = _limits.MaxQueuedBytes,
        };
        var period = options.Value.OperationTimeout / PartsOfDeadline;
        _period = period > ShortestPeriod ? period : ShortestPeriod;
        _timer = time.CreateTimer(static lanes => ((LaneSet)lanes!).EndOverdue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Opens a lane. It lives as long as the node it leads to.</summary>
    /// <param name="node">The silo.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="bulk">Whether it is for chunks of large values: one to a message, so that what is under way stays bounded.</param>
    public Lane Open(RoutedNode node, NamedCache cache, bool bulk)
    {
        var lane = new Lane(node, cache, bulk ? _bulkLimits : _limits, this, bulk);
        lock (_lock)
        {
            _lanes.RemoveAll(static lane => !lane.TryGetTarget(out _));
            _lanes.Add(new WeakReference<Lane>(lane));
        }

        return lane;
    }

    /// <summary>The clock's timestamp.</summary>
    public long Now => _time.GetTimestamp();

    /// <summary>Whether a timestamp is less than a second old.</summary>
    public bool IsRecent(long timestamp) => Now - timestamp < _time.TimestampFrequency;

    /// <summary>Called before something is put into a lane.</summary>
    public void Wake()
    {
        if (Volatile.Read(ref _state) == Idle && Interlocked.Exchange(ref _state, Running) == Idle)
        {
            _timer.Change(_period, Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void EndOverdue()
    {
        // Idle is said first: what comes while the lanes are looked at wakes the timer again.
        Volatile.Write(ref _state, Idle);
        var now = _time.GetTimestamp();
        var overdue = new List<OverdueEntry>();
        var isBusy = false;
        lock (_lock)
        {
            foreach (var reference in _lanes)
            {
                isBusy |= reference.TryGetTarget(out var lane) && lane.EndOverdue(now, overdue);
            }
        }

        if (isBusy)
        {
            Wake();
        }

        foreach (var (entry, wasSent) in overdue)
        {
            entry.CompleteAbandoned(new LaneFailure(new TimeoutException("The call's deadline passed."), wasSent ? LaneFailureKind.NotAwaited : LaneFailureKind.NotSent));
        }
    }
}
