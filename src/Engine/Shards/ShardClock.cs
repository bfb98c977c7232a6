namespace Orleans.Cache.Engine.Shards;

/// <summary>
/// The shards' time. Expiry counts milliseconds of the monotonic clock, so wall-clock jumps change nothing; only versions look at the wall
/// clock, and never follow it back.
/// </summary>
internal sealed class ShardClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private long _lastStamp;

    /// <summary>Milliseconds since this clock was made.</summary>
    public long Milliseconds => (long)time.GetElapsedTime(_start).TotalMilliseconds;

    /// <summary>The wall clock in milliseconds since 1970.</summary>
    public long UnixMilliseconds => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The next recency stamp of the silo: later uses have higher stamps.</summary>
    public long NextStamp() => Interlocked.Increment(ref _lastStamp);
}
