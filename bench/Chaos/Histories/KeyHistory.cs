using System.Globalization;

namespace Orleans.Cache.Chaos.Histories;

/// <summary>
/// What became of the operations on one key. One writer numbers them from 1, one at a time: each sets the key to its number, or removes it. Any
/// number of readers check what they read against it; safe for any number of threads.
/// </summary>
/// <remarks>
/// An operation whose outcome is unknown may take effect at any later time. So its writer leaves the key alone from then on, and whatever is read
/// is told apart for certain.
/// </remarks>
/// <param name="key">The key.</param>
/// <param name="removeEvery">Every so many operations one removes the key; 0: none does.</param>
/// <param name="mayVanish">Whether the cache may evict, so that a miss proves nothing.</param>
/// <param name="bound">
/// How far behind a read may be. With a bound above zero readers in several processes may see things in different orders, each within the bound.
/// </param>
internal sealed class KeyHistory(string key, int removeEvery = 0, bool mayVanish = false, TimeSpan bound = default)
{
    private readonly Lock _lock = new();
    private readonly HashSet<long> _refused = [];
    private readonly Acknowledged _acknowledged = new(bound);
    private long _attempted;
    private long _seen;
    private bool _isOpen;

    public string Key => key;

    /// <summary>The highest number that was sent.</summary>
    public long Attempted
    {
        get
        {
            lock (_lock)
            {
                return _attempted;
            }
        }
    }

    /// <summary>Whether the outcome of the last operation is unknown: there must be no further one.</summary>
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

    /// <summary>Whether the operation of this number removes the key.</summary>
    public bool IsRemoval(long number) => removeEvery > 0 && number % removeEvery == 0;

    /// <summary>The writer is about to send an operation.</summary>
    /// <returns>Its number.</returns>
    public long BeginWrite()
    {
        lock (_lock)
        {
            return _isOpen ? throw new InvalidOperationException($"The outcome of the last operation on {key} is unknown.") : ++_attempted;
        }
    }

    /// <summary>The grid says that the operation was done.</summary>
    public void Acknowledge(long number, TimeSpan at)
    {
        lock (_lock)
        {
            _acknowledged.Add(number, at);
        }
    }

    /// <summary>The grid says that the operation was not done.</summary>
    public void Refuse(long number)
    {
        lock (_lock)
        {
            _refused.Add(number);
        }
    }

    /// <summary>Nobody knows whether the operation was done, or will be.</summary>
    public void LeaveOpen()
    {
        lock (_lock)
        {
            _isOpen = true;
        }
    }

    /// <summary>After a loss has been counted, that what was lost is not asked for again.</summary>
    public void ForgetPast()
    {
        lock (_lock)
        {
            _acknowledged.Clear();
            _seen = 0;
        }
    }

    /// <summary>A reader is about to send a read.</summary>
    public ReadStart BeginRead(TimeSpan now)
    {
        lock (_lock)
        {
            return new ReadStart(_acknowledged.LeastAt(now), bound > TimeSpan.Zero ? 0 : _seen, now);
        }
    }

    /// <summary>How far behind a read was that returned a number.</summary>
    public TimeSpan BehindOf(ReadStart start, long number)
    {
        lock (_lock)
        {
            return _acknowledged.BehindOf(number, start.At);
        }
    }

    /// <summary>A read has returned.</summary>
    /// <param name="start">What was certain when it began.</param>
    /// <param name="number">What it returned; <see langword="null"/> for a miss.</param>
    /// <returns>What is wrong with it, and what it should have been.</returns>
    public (ViolationKind Kind, string Seen)? EndRead(ReadStart start, long? number)
    {
        lock (_lock)
        {
            var wrong = number is { } found ? CheckLocked(start, found) : CheckMissLocked(start);
            if (wrong is null && number is { } good)
            {
                _seen = Math.Max(_seen, good);
            }

            return wrong is { } kind
                ? (kind, string.Create(CultureInfo.InvariantCulture, $"read {(number is { } value ? value : "nothing")}, acknowledged {start.Acknowledged}, seen {start.Seen}, attempted {_attempted}"))
                : null;
        }
    }

    private ViolationKind? CheckLocked(ReadStart start, long found)
    {
        if (found < 1 || found > _attempted || IsRemoval(found) || _refused.Contains(found))
        {
            return ViolationKind.Phantom;
        }

        if (found < start.Acknowledged)
        {
            return IsRemoval(start.Acknowledged) ? ViolationKind.Risen : ViolationKind.Stale;
        }

        return found < start.Seen ? ViolationKind.WentBack : null;
    }

    // A miss is right when nothing has been written, or when some removal may have come after all that is certain.
    private ViolationKind? CheckMissLocked(ReadStart start)
    {
        var floor = Math.Max(start.Acknowledged, start.Seen);
        if (mayVanish || floor == 0)
        {
            return null;
        }

        for (var number = floor; number <= _attempted; number++)
        {
            if (IsRemoval(number) && !_refused.Contains(number))
            {
                return null;
            }
        }

        return floor == start.Acknowledged ? ViolationKind.Missing : ViolationKind.WentBack;
    }
}
