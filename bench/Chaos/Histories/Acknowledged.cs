namespace Orleans.Cache.Chaos.Histories;

/// <summary>
/// The rising numbers that were acknowledged, and when: what a reader must see who may be behind by some time. Not safe for several threads.
/// </summary>
/// <param name="bound">How far behind a read may be; zero: not at all.</param>
internal sealed class Acknowledged(TimeSpan bound)
{
    // Oldest first. The first is what the oldest allowed read must see; those before it are forgotten.
    private readonly Queue<(long Number, TimeSpan At)> _recent = new();

    /// <summary>The highest of all.</summary>
    public long Last { get; private set; }

    /// <summary>Notes that a number was acknowledged.</summary>
    public void Add(long number, TimeSpan at)
    {
        if (number > Last)
        {
            Last = number;
            _recent.Enqueue((number, at));
            Forget(at);
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Last = 0;
        _recent.Clear();
    }

    /// <summary>The least that a read may return that begins now; 0: anything.</summary>
    public long LeastAt(TimeSpan now)
    {
        Forget(now);
        return _recent.TryPeek(out var oldest) && oldest.At <= now - bound ? oldest.Number : 0;
    }

    /// <summary>How long something newer had been acknowledged when a read began that returned a number; zero if nothing had.</summary>
    public TimeSpan BehindOf(long number, TimeSpan began)
    {
        foreach (var (newer, at) in _recent)
        {
            if (newer > number)
            {
                return began > at ? began - at : TimeSpan.Zero;
            }
        }

        return TimeSpan.Zero;
    }

    private void Forget(TimeSpan now)
    {
        while (_recent.Count > 1 && _recent.ElementAt(1).At <= now - bound)
        {
            _recent.Dequeue();
        }
    }
}
