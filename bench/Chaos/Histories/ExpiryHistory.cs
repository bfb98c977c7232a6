using System.Globalization;

namespace Orleans.Cache.Chaos.Histories;

/// <summary>
/// The sets of a key with a time to live: it must be there until then, and not after. One writer, one set at a time; any number of readers; safe for
/// any number of threads. Times are those of one monotonic clock.
/// </summary>
/// <param name="key">The key.</param>
/// <param name="timeToLive">Of every set.</param>
/// <param name="mayVanish">Whether the cache may evict, so that a miss proves nothing.</param>
internal sealed class ExpiryHistory(string key, TimeSpan timeToLive, bool mayVanish = false)
{
    // Expiry is kept in milliseconds and by another process' clock, which runs faster or slower by a little.
    private static readonly TimeSpan Early = TimeSpan.FromMilliseconds(100);

    // What of the time has passed must travel with an entry to another copy.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private long _number;
    private TimeSpan _began;
    private TimeSpan? _acknowledged;
    private bool _isOpen;

    public string Key => key;

    public TimeSpan TimeToLive => timeToLive;

    /// <inheritdoc cref="KeyHistory.IsOpen"/>
    public bool IsOpen
    {
        get
        {
            lock (_lock)
            {
                return _isOpen;
            }
        }
    }

    /// <summary>Whether there is no entry any more, so that the next set may come.</summary>
    public bool IsOver(TimeSpan now)
    {
        lock (_lock)
        {
            return _acknowledged is not { } acknowledged || now > acknowledged + timeToLive + Late + Late;
        }
    }

    /// <summary>The writer is about to send a set.</summary>
    /// <returns>Its number.</returns>
    public long BeginWrite(TimeSpan now)
    {
        lock (_lock)
        {
            _began = now;
            _acknowledged = null;
            return ++_number;
        }
    }

    /// <summary>The grid says that the set was done.</summary>
    public void Acknowledge(TimeSpan now)
    {
        lock (_lock)
        {
            _acknowledged = now;
        }
    }

    /// <inheritdoc cref="KeyHistory.LeaveOpen"/>
    public void LeaveOpen()
    {
        lock (_lock)
        {
            _isOpen = true;
        }
    }

    /// <inheritdoc cref="KeyHistory.ForgetPast"/>
    public void ForgetPast()
    {
        lock (_lock)
        {
            _acknowledged = null;
        }
    }

    /// <summary>A reader is about to send a read.</summary>
    /// <returns>The set that it should find; 0: none is certain.</returns>
    public long BeginRead()
    {
        lock (_lock)
        {
            return _acknowledged is null || _isOpen ? 0 : _number;
        }
    }

    /// <summary>A read has returned.</summary>
    /// <param name="number">What <see cref="BeginRead"/> returned.</param>
    /// <param name="from">When it began.</param>
    /// <param name="to">When it ended.</param>
    /// <param name="found">Whether it found an entry.</param>
    /// <returns>What is wrong with it.</returns>
    public (ViolationKind Kind, string Seen)? EndRead(long number, TimeSpan from, TimeSpan to, bool found)
    {
        lock (_lock)
        {
            if (number == 0 || number != _number || _acknowledged is not { } acknowledged)
            {
                return null;
            }

            ViolationKind? kind = found switch
            {
                false when !mayVanish && to < _began + timeToLive - Early => ViolationKind.ExpiredEarly,
                true when from > acknowledged + timeToLive + Late => ViolationKind.ExpiredLate,
                _ => null,
            };
            return kind is { } wrong
                ? (wrong, string.Create(CultureInfo.InvariantCulture, $"{(found ? "found" : "missed")} {(to - _began).TotalSeconds:F3} s after a set for {timeToLive.TotalSeconds:F1} s"))
                : null;
        }
    }
}
