namespace Orleans.Cache.Client.Events;

/// <summary>
/// A reader's events that it has not taken yet: when there are too many the oldest go, and what is taken next says how many went. One reading
/// caller, any number of others.
/// </summary>
internal sealed class EventReader : ICacheEventReader
{
    private readonly Lock _lock = new();
    private readonly Queue<CacheEvent> _queue = new();
    private readonly EventStreams _streams;
    private readonly int _capacity;
    private readonly int _kinds;
    private readonly byte[] _prefix;
    private TaskCompletionSource? _news;
    private long _dropped;
    private bool _isDropUncounted;
    private bool _isOver;

    public EventReader(EventStreams streams, string cache, CacheEventFilter? filter, CacheEventReadOptions? options)
    {
        _streams = streams;
        Cache = cache;
        _capacity = (options ?? new CacheEventReadOptions()).BufferedEvents;
        _kinds = filter?.Kinds is { } kinds ? kinds.Aggregate(1 << (int)CacheEventKind.Missed, static (all, kind) => all | (1 << (int)kind)) : -1;
        _prefix = filter is { KeyPrefix.IsEmpty: false } ? filter.KeyPrefix.ToArray() : [];
    }

    /// <summary>The cache whose events it reads.</summary>
    public string Cache { get; }

    public async ValueTask<CacheEvent> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task news;
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_isOver, this);
                if (TryTakeLocked(out var next))
                {
                    return next;
                }

                news = (_news ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await news.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_isOver)
            {
                return ValueTask.CompletedTask;
            }

            _isOver = true;
            _queue.Clear();
            _news?.TrySetResult();
        }

        return _streams.CloseAsync(this);
    }

    /// <summary>Whether the reader wants to be told.</summary>
    public bool Wants(CacheEventKind kind, ReadOnlySpan<byte> key) =>
        ((_kinds >> (int)kind) & 1) != 0 && (_prefix.Length == 0 || kind is CacheEventKind.TagsRemoved or CacheEventKind.Cleared || key.StartsWith(_prefix));

    /// <summary>Adds an event that the reader wants.</summary>
    public void Add(in CacheEvent happened)
    {
        lock (_lock)
        {
            if (_isOver)
            {
                return;
            }

            if (_queue.Count == _capacity)
            {
                DropLocked(_queue.Dequeue());
            }

            _queue.Enqueue(happened);
            _news?.TrySetResult();
            _news = null;
        }
    }

    private void DropLocked(in CacheEvent oldest)
    {
        if (oldest.Kind == CacheEventKind.Missed)
        {
            _dropped += oldest.Missed ?? 0;
            _isDropUncounted |= oldest.Missed is null;
        }
        else
        {
            _dropped++;
        }
    }

    private bool TryTakeLocked(out CacheEvent next)
    {
        if (_dropped == 0 && !_isDropUncounted)
        {
            return _queue.TryDequeue(out next);
        }

        // What was dropped stood before all that is left.
        next = new CacheEvent { Kind = CacheEventKind.Missed, Missed = _isDropUncounted ? null : _dropped };
        (_dropped, _isDropUncounted) = (0, false);
        return true;
    }
}
