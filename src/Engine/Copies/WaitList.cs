namespace Orleans.Cache.Engine.Copies;

/// <summary>The batches that wait, the oldest first, so that none waits for ever. Safe for any number of threads.</summary>
internal sealed class WaitList(TimeProvider time, TimeSpan longest)
{
    private readonly Lock _lock = new();
    private readonly long _longest = (long)(longest.TotalSeconds * time.TimestampFrequency);
    private BatchWait? _oldest;
    private BatchWait? _newest;

    public int Count { get; private set; }

    public void Add(BatchWait wait)
    {
        lock (_lock)
        {
            (wait.List, wait.Deadline, wait.Older, wait.Newer) = (this, time.GetTimestamp() + _longest, _newest, null);
            _ = _newest is null ? _oldest = wait : _newest.Newer = wait;
            _newest = wait;
            Count++;
        }
    }

    public void Remove(BatchWait wait)
    {
        lock (_lock)
        {
            _ = wait.Older is null ? _oldest = wait.Newer : wait.Older.Newer = wait.Newer;
            _ = wait.Newer is null ? _newest = wait.Older : wait.Newer.Older = wait.Older;
            (wait.List, wait.Older, wait.Newer) = (null, null, null);
            Count--;
        }
    }

    /// <summary>Ends the waits whose time is over.</summary>
    public void TimeOut(long now)
    {
        lock (_lock)
        {
            for (var wait = _oldest; wait is not null && wait.Deadline <= now; wait = wait.Newer)
            {
                wait.TimeOut();
            }
        }
    }
}
