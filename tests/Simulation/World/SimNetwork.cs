namespace Orleans.Cache.Simulation.World;

/// <summary>Carries messages between nodes, authority and clients, and does all that a network may do to them.</summary>
internal sealed class SimNetwork
{
    private readonly EventQueue _queue;
    private readonly SimRandom _random;
    private readonly long[,] _cutUntil;
    private readonly int _slowPerMille;
    private long _lossUntil;
    private long _doubleUntil;
    private long _delayUntil;
    private (int From, int To) _delayed;
    private int _lossPerMille;
    private bool _isHealed;

    public SimNetwork(EventQueue queue, SimRandom random, int endpoints)
    {
        _queue = queue;
        _random = random;
        _cutUntil = new long[endpoints, endpoints];
        _slowPerMille = random.Next(30);
    }

    public long MessagesSent { get; private set; }

    /// <summary>Sends a message; <paramref name="deliver"/> is called as often as it arrives.</summary>
    public void Send(int from, int to, bool mayDouble, Action deliver)
    {
        MessagesSent++;
        var now = _queue.Time;
        if (now < _cutUntil[from, to] || (now < _lossUntil && _random.Chance(_lossPerMille)))
        {
            return;
        }

        _queue.After(Delay(from, to), deliver);
        if (mayDouble && _random.Chance(now < _doubleUntil ? 300 : 5))
        {
            _queue.After(Delay(from, to) * _random.Next(1, 20), deliver);
        }
    }

    public void Cut(int from, int to, long ticks)
    {
        // Faults of several steps may have one left when all are over.
        if (!_isHealed)
        {
            _cutUntil[from, to] = Math.Max(_cutUntil[from, to], _queue.Time + ticks);
        }
    }

    public void Mend(int from, int to) => _cutUntil[from, to] = 0;

    public void Lose(int perMille, long ticks) => (_lossPerMille, _lossUntil) = (perMille, _queue.Time + ticks);

    public void Double(long ticks) => _doubleUntil = _queue.Time + ticks;

    /// <summary>Holds up some of the messages from one to another, or of all where they are negative.</summary>
    public void Delay(int from, int to, long ticks) => (_delayed, _delayUntil) = ((from, to), _queue.Time + ticks);

    /// <summary>From now on every way is open, and stays so.</summary>
    public void Heal()
    {
        _isHealed = true;
        Array.Clear(_cutUntil);
        _lossUntil = _doubleUntil = _delayUntil = 0;
    }

    private long Delay(int from, int to)
    {
        var delay = _random.NextInt64(100, 1500);
        if (_random.Chance(_slowPerMille))
        {
            delay += _random.NextInt64(60 * SimSettings.Millisecond);
        }

        if (_queue.Time < _delayUntil && _random.Chance(300) && (_delayed.From < 0 || _delayed == (from, to)))
        {
            delay += _random.NextInt64(900 * SimSettings.Millisecond);
        }

        return delay;
    }
}
