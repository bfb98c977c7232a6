namespace Orleans.Cache.Engine.Shards;

/// <summary>The time at which a batch happens: the clocks are read once for all its operations. For one batch.</summary>
internal struct BatchMoment(ShardClock clock)
{
    private long _version;

    /// <summary>Milliseconds of the shard clock.</summary>
    public long Now { get; } = clock.Milliseconds;

    /// <summary>The lowest version that a write may get: the wall clock in milliseconds since 1970, and 16 bits to count in.</summary>
    public long Version()
    {
        if (_version == 0)
        {
            _version = clock.UnixMilliseconds(Now) << 16;
        }

        return _version;
    }
}
