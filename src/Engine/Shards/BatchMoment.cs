namespace Orleans.Cache.Engine.Shards;

/// <summary>The time at which a batch happens: the clocks are read once for all its operations. For one batch.</summary>
internal struct BatchMoment
{
    private readonly ShardClock _clock;
    private long _version;

    public BatchMoment(ShardClock clock)
    {
        _clock = clock;
        Now = clock.Read(out var timestamp);
        Timestamp = timestamp;
    }

    /// <summary>Milliseconds of the shard clock.</summary>
    public long Now { get; }

    /// <summary>The timestamp of the process's clock at that time.</summary>
    public long Timestamp { get; }

    /// <summary>The lowest version that a write may get: the wall clock in milliseconds since 1970, and 16 bits to count in.</summary>
    public long Version()
    {
        if (_version == 0)
        {
            _version = _clock.UnixMilliseconds(Now) << 16;
        }

        return _version;
    }
}
