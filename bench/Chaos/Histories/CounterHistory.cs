using System.Globalization;

namespace Orleans.Cache.Chaos.Histories;

/// <summary>
/// The increments by one of a counter. What is read must lie between those acknowledged before the read began and those attempted before it ended.
/// One writer, one increment at a time; any number of readers; safe for any number of threads.
/// </summary>
/// <param name="key">The key.</param>
/// <param name="bound">How far behind a read may be.</param>
internal sealed class CounterHistory(string key, TimeSpan bound = default)
{
    private readonly Lock _lock = new();
    private readonly Acknowledged _acknowledged = new(bound);
    private long _attempted;

    public string Key => key;

    /// <summary>The writer is about to send an increment.</summary>
    public void BeginWrite()
    {
        lock (_lock)
        {
            _attempted++;
        }
    }

    /// <summary>The grid says that the increment was done.</summary>
    /// <param name="result">The number that it says the counter has now.</param>
    /// <param name="at">When it says so.</param>
    /// <returns>What is wrong with that number.</returns>
    public (ViolationKind Kind, string Seen)? Acknowledge(long result, TimeSpan at)
    {
        lock (_lock)
        {
            // At least one more than was certain before: this one.
            var least = _acknowledged.Last + 1;
            var wrong = Check(least, result);
            _acknowledged.Add(wrong is null ? result : least, at);
            return wrong;
        }
    }

    /// <summary>The grid says that the increment was not done.</summary>
    public void Refuse()
    {
        lock (_lock)
        {
            _attempted--;
        }
    }

    /// <inheritdoc cref="KeyHistory.ForgetPast"/>
    public void ForgetPast()
    {
        lock (_lock)
        {
            _acknowledged.Clear();
        }
    }

    /// <summary>A reader is about to send a read.</summary>
    /// <returns>The least that it may return.</returns>
    public long BeginRead(TimeSpan now)
    {
        lock (_lock)
        {
            return _acknowledged.LeastAt(now);
        }
    }

    /// <summary>A read has returned.</summary>
    /// <param name="least">What <see cref="BeginRead"/> returned.</param>
    /// <param name="count">What it returned; <see langword="null"/> for a miss.</param>
    /// <returns>What is wrong with it.</returns>
    public (ViolationKind Kind, string Seen)? EndRead(long least, long? count)
    {
        lock (_lock)
        {
            return Check(least, count ?? 0);
        }
    }

    private (ViolationKind Kind, string Seen)? Check(long least, long count)
    {
        ViolationKind? kind = count < least ? ViolationKind.CountedTooFew : count > _attempted ? ViolationKind.CountedTooMany : null;
        return kind is { } wrong
            ? (wrong, string.Create(CultureInfo.InvariantCulture, $"counted {count}, at least {least}, attempted {_attempted}"))
            : null;
    }
}
