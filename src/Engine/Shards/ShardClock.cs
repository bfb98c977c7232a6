namespace Orleans.Cache.Engine.Shards;

/// <summary>
/// The shards' time. Expiry counts milliseconds of the monotonic clock, so wall-clock jumps change nothing; only versions look at the wall
/// clock, and never follow it back. Safe for any number of threads.
/// </summary>
/// <remarks>The monotonic clock is read for every batch, the wall clock once for each of its milliseconds.</remarks>
internal sealed class ShardClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private long _wallReadAt = -1;
    private long _wall;

    /// <summary>Milliseconds since this clock was made.</summary>
    public long Milliseconds => (long)time.GetElapsedTime(_start).TotalMilliseconds;

    /// <summary>Milliseconds since this clock was made, and the timestamp they were made of.</summary>
    public long Read(out long timestamp)
    {
        timestamp = time.GetTimestamp();
        return (long)time.GetElapsedTime(_start, timestamp).TotalMilliseconds;
    }

    /// <summary>The wall clock in milliseconds since 1970, as it was when <see cref="Milliseconds"/> became what it is now.</summary>
    /// <remarks><paramref name="now"/>: What <see cref="Milliseconds"/> said.</remarks>
    public long UnixMilliseconds(long now)
    {
        if (Volatile.Read(ref _wallReadAt) != now)
        {
            // Two threads may write at once: the wall clock read by either is as good.
            Volatile.Write(ref _wall, time.GetUtcNow().ToUnixTimeMilliseconds());
            Volatile.Write(ref _wallReadAt, now);
        }

        return Volatile.Read(ref _wall);
    }
}
