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
internal sealed class KeyHistory(string key, int removeEvery = 0, bool mayVanish = false)
{
    private readonly Lock _lock = new();
    private readonly HashSet<long> _refused = [];
    private long _attempted;
    private long _acknowledged;
    private long _seen;
    private bool _isOpen;

    public string Key => key;

    /// <summary>The highest number that was acknowledged, and when.</summary>
    public (long Number, long At) Acknowledged
    {
        get
        {
            lock (_lock)
            {
                return (_acknowledged, AcknowledgedAt);
            }
        }
    }

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

    private long AcknowledgedAt { get; set; }

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
    public void Acknowledge(long number, long at)
    {
        lock (_lock)
        {
            _acknowledged = Math.Max(_acknowledged, number);
            AcknowledgedAt = at;
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
            _acknowledged = 0;
            _seen = 0;
        }
    }

    /// <summary>A reader is about to send a read.</summary>
    public ReadStart BeginRead()
    {
        lock (_lock)
        {
            return new ReadStart(_acknowledged, _seen);
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
