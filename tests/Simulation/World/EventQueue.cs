namespace Orleans.Cache.Simulation.World;

/// <summary>What will happen, by time and then by the order in which it was planned.</summary>
internal sealed class EventQueue
{
    private readonly PriorityQueue<Action, (long Time, long Order)> _events = new(1024);
    private long _order;

    /// <summary>True time, in microseconds. No process sees it.</summary>
    public long Time { get; private set; }

    public void At(long time, Action action) => _events.Enqueue(action, (Math.Max(time, Time), _order++));

    public void After(long ticks, Action action) => At(Time + ticks, action);

    /// <summary>Lets the next event happen, if it is not after <paramref name="until"/>.</summary>
    public bool Step(long until)
    {
        if (!_events.TryPeek(out _, out var next) || next.Time > until)
        {
            Time = until;
            return false;
        }

        var action = _events.Dequeue();
        Time = next.Time;
        action();
        return true;
    }
}
