namespace Orleans.Cache.Cluster.Tests;

/// <summary>The system's clock, whose timestamps a test can set forward or stop, which timers do not notice. Safe for any number of threads.</summary>
internal sealed class LeapingTime : TimeProvider
{
    private long _ahead;
    private long _stoppedAt;

    /// <inheritdoc/>
    public override long GetTimestamp() => (Volatile.Read(ref _stoppedAt) is not 0 and var stopped ? stopped : System.GetTimestamp()) + Volatile.Read(ref _ahead);

    /// <summary>Sets the timestamps forward.</summary>
    public void Leap(TimeSpan by) => Interlocked.Add(ref _ahead, (long)(by.TotalSeconds * TimestampFrequency));

    /// <summary>From now on timestamps are the same, but for leaps.</summary>
    public void Stop() => Volatile.Write(ref _stoppedAt, System.GetTimestamp());
}
