namespace Orleans.Cache.Cli.Replay;

/// <summary>What a running replay has counted so far. Safe for any number of threads.</summary>
internal sealed class ReplayCounts
{
    private long _hits;
    private long _misses;
    private long _errors;
    private CacheException? _firstError;

    /// <summary>Requests whose key had an entry.</summary>
    public long Hits => Volatile.Read(ref _hits);

    /// <summary>Requests whose key had none.</summary>
    public long Misses => Volatile.Read(ref _misses);

    /// <summary>Requests that failed.</summary>
    public long Errors => Volatile.Read(ref _errors);

    /// <summary>All of them.</summary>
    public long Requests => Hits + Misses + Errors;

    /// <summary>Hits divided by hits and misses, 0 to 1; 0 before the first.</summary>
    public double HitRatio => Hits + Misses is var reads && reads == 0 ? 0 : (double)Hits / reads;

    /// <summary>The error of the request that failed first.</summary>
    public CacheException? FirstError => Volatile.Read(ref _firstError);

    /// <summary>Counts a request that was answered.</summary>
    public void Answered(bool hit)
    {
        if (hit)
        {
            Interlocked.Increment(ref _hits);
        }
        else
        {
            Interlocked.Increment(ref _misses);
        }
    }

    /// <summary>Counts a request that failed.</summary>
    public void Failed(CacheException error)
    {
        Interlocked.CompareExchange(ref _firstError, error, null);
        Interlocked.Increment(ref _errors);
    }
}
