namespace Orleans.Cache.Engine.Invalidation;

/// <summary>Who follows a feed, and how far each has acknowledged it. Not safe for several threads.</summary>
internal sealed class SubscriberTable(long forgetAfterTicks)
{
    private readonly Dictionary<Guid, Subscriber> _subscribers = [];

    public int Count => _subscribers.Count;

    public void Hear(Guid id, long acknowledged, bool isStrict, long now) =>
        _subscribers[id] = new Subscriber(acknowledged, isStrict, now);

    /// <summary>Whether somebody who was heard after a time, and whose lease is thus not over, has not acknowledged all before a number.</summary>
    public bool IsAnyBehind(long number, long heardAfter)
    {
        foreach (var subscriber in _subscribers.Values)
        {
            if (subscriber.IsStrict && subscriber.HeardAt >= heardAfter && subscriber.Acknowledged < number)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Forgets those that were not heard for long.</summary>
    /// <returns>How many are left.</returns>
    public int Forget(long now)
    {
        foreach (var (id, subscriber) in _subscribers)
        {
            if (now - subscriber.HeardAt > forgetAfterTicks)
            {
                _subscribers.Remove(id);
            }
        }

        return _subscribers.Count;
    }

    private readonly record struct Subscriber(long Acknowledged, bool IsStrict, long HeardAt);
}
