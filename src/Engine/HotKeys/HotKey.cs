namespace Orleans.Cache.Engine.HotKeys;

/// <summary>A key that is hot, or may become so, and what was counted of it. Counted by any thread; the rest belongs to <see cref="HotKeyTable.Tick"/>.</summary>
/// <param name="hash">The key's hash.</param>
/// <param name="key">The key.</param>
internal sealed class HotKey(ulong hash, byte[] key)
{
    private int _samples;
    private long _copyReads;
    private int _writes;
    private volatile bool _isHot;
    private bool _isMeasured;

    public ulong Hash => hash;

    public byte[] Key => key;

    /// <summary>Whether reads of it are spread.</summary>
    public bool IsHot
    {
        get => _isHot;
        set => _isHot = value;
    }

    /// <summary>Whether somebody wants it hot, whatever is counted.</summary>
    public bool IsPinned { get; set; }

    /// <summary>Smoothed; those that copies answered included.</summary>
    public double ReadsPerSecond { get; private set; }

    /// <summary>Smoothed.</summary>
    public double WritesPerSecond { get; private set; }

    /// <summary>When it was last counted as one that is to stay hot, by the clock's timestamps.</summary>
    public long WarmAt { get; set; }

    /// <summary>Counts a read of its owner, as one of many.</summary>
    public void OnSample() => Interlocked.Increment(ref _samples);

    /// <summary>Counts reads that copies answered.</summary>
    public void OnCopyReads(long reads) => Interlocked.Add(ref _copyReads, reads);

    /// <summary>Counts a write.</summary>
    public void OnWrite() => Interlocked.Increment(ref _writes);

    /// <summary>Makes rates of what was counted since the last time.</summary>
    public void Measure(double seconds)
    {
        var reads = (((double)Interlocked.Exchange(ref _samples, 0) * HotSampling.Reads) + Interlocked.Exchange(ref _copyReads, 0)) / seconds;
        var writes = Interlocked.Exchange(ref _writes, 0) / seconds;
        ReadsPerSecond = _isMeasured ? (ReadsPerSecond + reads) / 2 : reads;
        WritesPerSecond = _isMeasured ? (WritesPerSecond + writes) / 2 : writes;
        _isMeasured = true;
    }
}
