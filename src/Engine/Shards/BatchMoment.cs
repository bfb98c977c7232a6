namespace Orleans.Cache.Engine.Shards;

/// <summary>The time at which a batch happens: the clocks are read when somebody asks for it first, and once for all operations. For one batch.</summary>
internal struct BatchMoment(ShardClock clock)
{
    private long _now;
    private long _timestamp;
    private long _version;
    private bool _isRead;

    /// <summary>Milliseconds of the shard clock.</summary>
    public long Now
    {
        get
        {
            Read();
            return _now;
        }
    }

    /// <summary>The timestamp of the process's clock at that time.</summary>
    public long Timestamp
    {
        get
        {
            Read();
            return _timestamp;
        }
    }

    /// <summary>The lowest version that a write may get: the wall clock in milliseconds since 1970, and 16 bits to count in.</summary>
    public long Version()
    {
        if (_version == 0)
        {
            _version = clock.UnixMilliseconds(Now) << 16;
        }

        return _version;
    }

    private void Read()
    {
        if (!_isRead)
        {
            _now = clock.Read(out _timestamp);
            _isRead = true;
        }
    }
}
