using Orleans.Cache.Engine.Copies;

namespace Orleans.Cache.Engine.Invalidation;

/// <summary>
/// What changed on this silo, numbered, for the near caches of other processes. A ring: a subscriber that is too slow finds a gap, and writers
/// never wait for room. Safe for any number of threads.
/// </summary>
/// <remarks>
/// <para>An event is appended after its entry was changed and before the write is acknowledged. So whoever asks for all events after the
/// acknowledgement gets it.</para>
/// <para>Without subscribers nothing is recorded. Who subscribes is counted before its first answer, and reads nothing into its near cache
/// before that answer; what was changed unrecorded was changed before.</para>
/// </remarks>
internal sealed class InvalidationFeed
{
    private readonly Lock _lock = new();
    private readonly FeedEvent[] _ring;
    private readonly TimeProvider _time;
    private readonly SubscriberTable _subscribers;
    private readonly List<HeldWrite> _held = [];
    private TaskCompletionSource? _news;
    private TaskCompletionSource? _urgentNews;
    private long _session;
    private long _next = 1;
    private volatile bool _isFollowed;

    /// <param name="capacity">How many events are kept: a power of two.</param>
    /// <param name="time">The clock of leases.</param>
    /// <param name="forgetAfter">A subscriber that has not asked for so long is forgotten.</param>
    public InvalidationFeed(int capacity, TimeProvider time, TimeSpan forgetAfter)
    {
        _ring = new FeedEvent[capacity];
        _time = time;
        _subscribers = new SubscriberTable((long)(forgetAfter.TotalSeconds * time.TimestampFrequency));
        _session = Random.Shared.NextInt64(1, long.MaxValue / 2);
    }

    /// <summary>Whether anybody is told: if not, nothing has to be appended.</summary>
    public bool IsFollowed => _isFollowed;

    /// <summary>How many subscribers there are.</summary>
    public int Subscribers
    {
        get
        {
            lock (_lock)
            {
                return _subscribers.Count;
            }
        }
    }

    /// <summary>How many events were appended since the silo started.</summary>
    public long Appended
    {
        get
        {
            lock (_lock)
            {
                return _next - 1;
            }
        }
    }

    /// <summary>How many writes wait for subscribers.</summary>
    public int HeldWrites
    {
        get
        {
            lock (_lock)
            {
                return _held.Count;
            }
        }
    }

    /// <summary>Appends what a batch changed.</summary>
    /// <param name="events">Not empty.</param>
    /// <param name="strictLease">
    /// How long a subscriber that says nothing may go on reading, in ticks: so long the batch waits for it. 0 where the batch waits for nobody.
    /// </param>
    /// <param name="notBefore">Until when, by the clock's timestamps, the batch waits in any case: subscribers of an owner before this one may be reading still.</param>
    /// <param name="wait">What the batch waits for already; made if it has to wait.</param>
    public void Append(ReadOnlySpan<FeedEvent> events, long strictLease, long notBefore, ref BatchWait? wait)
    {
        TaskCompletionSource? news;
        TaskCompletionSource? urgent = null;
        lock (_lock)
        {
            if (_isFollowed)
            {
                foreach (ref readonly var change in events)
                {
                    _ring[_next++ & (_ring.Length - 1)] = change;
                }
            }

            if (strictLease > 0)
            {
                var held = new HeldWrite(_next, strictLease, notBefore);
                var now = _time.GetTimestamp();
                if (held.MustWait(_subscribers, now))
                {
                    wait ??= BatchWait.Rent();
                    wait.Hold();
                    _held.Add(held with { Wait = wait });
                    urgent = Take(ref _urgentNews);
                }
            }

            news = Take(ref _news);
        }

        urgent?.TrySetResult();
        news?.TrySetResult();
    }

    /// <summary>Takes what a subscriber says of itself, which acknowledges all events before <paramref name="after"/>, and ends the waits for it.</summary>
    public void Hear(Guid subscriber, long session, long after, bool isStrict)
    {
        lock (_lock)
        {
            var acknowledged = session == _session ? Math.Min(after, _next) : 0;
            _subscribers.Hear(subscriber, acknowledged, isStrict, _time.GetTimestamp());
            _isFollowed = true;
            ReleaseLocked();
        }
    }

    /// <summary>Copies the events from a number on, as many as there is room for.</summary>
    public FeedPage Read(long session, long after, Span<FeedEvent> events)
    {
        lock (_lock)
        {
            if (session != _session || after > _next || after < _next - _ring.Length)
            {
                return new FeedPage(_session, _next, IsGap: true, Count: 0);
            }

            var count = (int)Math.Min(events.Length, _next - after);
            for (var index = 0; index < count; index++)
            {
                events[index] = _ring[(after + index) & (_ring.Length - 1)];
            }

            return new FeedPage(_session, after + count, IsGap: false, count);
        }
    }

    /// <summary>A task that ends when there are events from a number on.</summary>
    /// <param name="session">The numbering.</param>
    /// <param name="after">The number.</param>
    /// <param name="onlyUrgent">Whether only those count that a write waits for.</param>
    public Task WaitForNewsAsync(long session, long after, bool onlyUrgent)
    {
        lock (_lock)
        {
            if (session != _session || after > _next)
            {
                return Task.CompletedTask;
            }

            if (onlyUrgent ? _held.Exists(held => held.Next > after) : after < _next)
            {
                return Task.CompletedTask;
            }

            ref var source = ref onlyUrgent ? ref _urgentNews : ref _news;
            source ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return source.Task;
        }
    }

    /// <summary>Forgets subscribers that are gone, and ends waits whose time is over. Called a few times per lease.</summary>
    public void Tick()
    {
        lock (_lock)
        {
            ReleaseLocked();
            if (_isFollowed && _subscribers.Forget(_time.GetTimestamp()) == 0)
            {
                // From here on nothing is recorded: who comes back must not believe that it missed nothing.
                _isFollowed = false;
                _session++;
            }
        }
    }

    private void ReleaseLocked()
    {
        if (_held.Count == 0)
        {
            return;
        }

        var now = _time.GetTimestamp();
        _held.RemoveAll(held =>
        {
            if (held.MustWait(_subscribers, now))
            {
                return false;
            }

            held.Wait!.Release();
            return true;
        });
    }

    private static TaskCompletionSource? Take(ref TaskCompletionSource? source)
    {
        var taken = source;
        source = null;
        return taken;
    }

    /// <summary>A batch that is not acknowledged before subscribers have been told of it.</summary>
    private readonly record struct HeldWrite(long Next, long Lease, long NotBefore)
    {
        public BatchWait? Wait { get; init; }

        public bool MustWait(SubscriberTable subscribers, long now) => now < NotBefore || subscribers.IsAnyBehind(Next, now - Lease);
    }
}
