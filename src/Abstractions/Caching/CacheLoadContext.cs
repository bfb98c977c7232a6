namespace Orleans.Cache;

/// <summary>What a factory sees of the load that it does, and what it decides on. For one load; not thread-safe.</summary>
public sealed class CacheLoadContext
{
    private readonly Func<object?>? _readStale;

    internal CacheLoadContext(CacheKey key, TimeSpan? staleSince, Func<object?>? readStale)
    {
        Key = key;
        StaleSince = staleSince;
        _readStale = readStale;
    }

    /// <summary>The key.</summary>
    public CacheKey Key { get; }

    /// <summary>Whether there is an older value: a stale one, or one that is refreshed before its end.</summary>
    public bool HasOlder => _readStale is not null;

    /// <summary>How long ago the older value's time was over; <see langword="null"/> if it is not, or there is none.</summary>
    public TimeSpan? StaleSince { get; }

    /// <summary>How long the value shall live.</summary>
    /// <value>As <see cref="CacheLoadOptions.TimeToLive"/>. Default: as the options of the call say.</value>
    public TimeSpan? TimeToLive { get; set; }

    /// <summary>How long the value shall live after its last read or write.</summary>
    /// <value>As <see cref="CacheLoadOptions.SlidingExpiration"/>. Default: as the options of the call say.</value>
    public TimeSpan? SlidingExpiration { get; set; }

    /// <summary>What the entry can be removed by: see <see cref="CacheSetOptions.Tags"/>. What is removed while the value is loaded is not stored.</summary>
    /// <value>Default: as the options of the call say.</value>
    public IReadOnlyList<string>? Tags { get; set; }

    /// <summary>
    /// Whether the value is stored. If not, it is for the callers in this process that wait for it; those in other processes load for themselves.
    /// </summary>
    /// <value>Default: <see langword="true"/>.</value>
    public bool IsStored { get; set; } = true;

    /// <summary>Reads the older value.</summary>
    /// <returns>Whether there is one, of this type.</returns>
    public bool TryGetOlder<T>(out T? value)
    {
        var older = _readStale?.Invoke();
        value = older is T typed ? typed : default;
        return _readStale is not null && (older is T || (older is null && default(T) is null));
    }
}
