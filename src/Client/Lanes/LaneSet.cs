using Microsoft.Extensions.Options;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Client.Telemetry;

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

    /// <summary>After so long without an answer a silo may be lost. Nothing is done twice for that alone: only once the map says who took over.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly List<WeakReference<Lane>> _lanes = [];
    private readonly TimeProvider _time;
    private readonly CacheLaneOptions _limits;
    private readonly CacheLaneOptions _bulkLimits;
    private readonly TimeSpan _period;
    private readonly ITimer _timer;
    private int _batchesInFlight;
    private int _state;
    private bool _looksClosely;
    private bool _hasSilent;
    private bool _isDisposed;
    private long _wayLostAt = long.MinValue;

    public LaneSet(TimeProvider time, IOptions<CacheGridClientOptions> options, LaneMetrics metrics)
    {
        _time = time;
        Metrics = metrics;
        Budget = new RetryBudget(options.Value.Retries);
        Timeout = (long)(options.Value.OperationTimeout.TotalSeconds * time.TimestampFrequency);
        _limits = options.Value.Lanes;
        _bulkLimits = new CacheLaneOptions
        {
            MaxBatchOperations = 1,
            MaxBatchesInFlight = _limits.MaxChunksInFlight,
            MaxQueuedBytes = _limits.MaxQueuedBytes,
        };
        var period = options.Value.OperationTimeout / PartsOfDeadline;
        _period = period > ShortestPeriod ? period : ShortestPeriod;
        metrics.Meter.CreateObservableUpDownCounter("orleans.cache.client.inflight", InFlightBytes, "By", "Bytes of keys and values that are sent and not answered.");
        _timer = time.CreateTimer(static lanes => ((LaneSet)lanes!).EndOverdue(), this, System.Threading.Timeout.InfiniteTimeSpan, System.Threading.Timeout.InfiniteTimeSpan);
    }

    public LaneMetrics Metrics { get; }

    public RetryBudget Budget { get; }

    /// <summary>The time of a call, from its start to its deadline, in the clock's timestamps.</summary>
    public long Timeout { get; }

    public TimeProvider Time => _time;

    /// <summary>Opens a lane. It lives as long as the node it leads to.</summary>
    /// <param name="node">The silo.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="kind">What it is for.</param>
    public Lane Open(RoutedNode node, NamedCache cache, LaneKind kind)
    {
        var lane = new Lane(node, cache, kind, kind == LaneKind.Bulk ? _bulkLimits : _limits, this);
        lock (_lock)
        {
            _lanes.RemoveAll(static lane => !lane.TryGetTarget(out _));
            _lanes.Add(new WeakReference<Lane>(lane));
        }

        return lane;
    }

    /// <summary>Whether a timestamp is less than a second old.</summary>
    public bool IsRecent(long timestamp) => _time.GetTimestamp() - timestamp < _time.TimestampFrequency;

    /// <summary>
    /// A connection to the grid broke, or a silo is gone: what was sent before through another silo than the one that it is for may be lost, and is
    /// sent again if it has no answer soon.
    /// </summary>
    public void OnWayLost() => Volatile.Write(ref _wayLostAt, _time.GetTimestamp());

    /// <summary>From now on deadlines are looked after every 10 ms: there are some that are much shorter than a call's.</summary>
    public void LookClosely()
    {
        if (!Volatile.Read(ref _looksClosely))
        {
            Volatile.Write(ref _looksClosely, true);
            Volatile.Write(ref _state, Idle);
        }
    }

    /// <summary>Called before something is put into a lane.</summary>
    /// <exception cref="CacheUnavailableException">The client is disposed of.</exception>
    public void Wake()
    {
        if (Volatile.Read(ref _isDisposed))
        {
            throw new CacheUnavailableException("The client of the grid was disposed of; nothing was done. Make calls before the application's services are disposed of.");
        }

        if (Volatile.Read(ref _state) == Idle && Interlocked.Exchange(ref _state, Running) == Idle)
        {
            _timer.Change(Volatile.Read(ref _looksClosely) || Volatile.Read(ref _hasSilent) ? ShortestPeriod : _period, System.Threading.Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Batches that are sent and not answered, of all lanes but those for bulk.</summary>
    public int BatchesInFlight => Volatile.Read(ref _batchesInFlight);

    /// <summary>Counts batches as sent, or as answered.</summary>
    public void OnBatches(int more) => Interlocked.Add(ref _batchesInFlight, more);

    /// <summary>The bytes of keys and values that are sent and not answered, of all lanes.</summary>
    public long InFlightBytes()
    {
        var bytes = 0L;
        lock (_lock)
        {
            foreach (var reference in _lanes)
            {
                bytes += reference.TryGetTarget(out var lane) ? lane.InFlightBytes : 0;
            }
        }

        return bytes;
    }

    /// <summary>Ends every call that is under way, and refuses further ones.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _isDisposed, true);
        _timer.Dispose();
        End(due: long.MaxValue, new ObjectDisposedException(nameof(ICacheGrid), "The client of the grid was disposed of."));
    }

    private void EndOverdue()
    {
        // Idle is said first: what comes while the lanes are looked at wakes the timer again.
        Volatile.Write(ref _state, Idle);
        if (End(due: _time.GetTimestamp(), new TimeoutException("The call's deadline passed.")) && !Volatile.Read(ref _isDisposed))
        {
            TakeBackFromSilent();
            Wake();
        }
    }

    private void TakeBackFromSilent()
    {
        var sentBefore = _time.GetTimestamp() - (long)(Silence.TotalSeconds * _time.TimestampFrequency);
        var wayLostAt = Volatile.Read(ref _wayLostAt);
        var misplaced = new List<LaneEntry>();
        var lost = new List<LaneEntry>();
        var hasSilent = false;
        lock (_lock)
        {
            foreach (var reference in _lanes)
            {
                hasSilent |= reference.TryGetTarget(out var lane) && lane.TakeBackFromSilent(sentBefore, wayLostAt, misplaced, lost);
            }
        }

        // Callers wait for a map that says who has taken over, and go on when it is seen here.
        Volatile.Write(ref _hasSilent, hasSilent);

        foreach (var entry in misplaced)
        {
            entry.TakeBack(new LaneFailure(
                new TimeoutException("The silo did not answer, and others have taken over from it."), entry.Packed > 0 ? LaneFailureKind.TakenBack : LaneFailureKind.NotSent));
        }

        foreach (var entry in lost)
        {
            entry.TakeBack(new LaneFailure(new TimeoutException("No answer came by way of another silo, and a connection to the grid was lost."), LaneFailureKind.TakenBack));
        }
    }

    /// <summary>Ends the calls whose deadline is not after a time.</summary>
    /// <returns>Whether others still wait.</returns>
    private bool End(long due, Exception reason)
    {
        var overdue = new List<OverdueEntry>();
        var isBusy = false;
        lock (_lock)
        {
            foreach (var reference in _lanes)
            {
                isBusy |= reference.TryGetTarget(out var lane) && lane.EndOverdue(due, overdue);
            }
        }

        foreach (var (entry, wasSent) in overdue)
        {
            entry.CompleteAbandoned(new LaneFailure(reason, wasSent ? LaneFailureKind.NotAwaited : LaneFailureKind.NotSent));
        }

        return isBusy;
    }
}
