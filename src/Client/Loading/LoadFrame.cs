namespace Orleans.Cache.Client.Loading;

/// <summary>A load that the running code is a part of, and the load that it is a part of in turn. Flows with the execution context.</summary>
internal sealed class LoadFrame
{
    private static readonly AsyncLocal<LoadFrame?> Running = new();

    private readonly CacheLoader _loader;
    private readonly CacheKey _key;
    private readonly LoadFrame? _outer;
    private volatile bool _isOver;

    private LoadFrame(CacheLoader loader, CacheKey key, LoadFrame? outer)
    {
        _loader = loader;
        _key = key;
        _outer = outer;
    }

    /// <summary>Refuses a call by code that is a part of the load that the call would wait for.</summary>
    /// <exception cref="CacheRequestException">It is.</exception>
    public static void Check(CacheLoader loader, CacheKey key)
    {
        for (var frame = Running.Value; frame is not null; frame = frame._outer)
        {
            if (!frame._isOver && frame._loader == loader && frame._key == key)
            {
                throw CacheRequestException.RecursiveLoad();
            }
        }
    }

    /// <summary>Begins a load. From here on what the calling method calls is a part of it.</summary>
    /// <param name="loader">The cache's loader.</param>
    /// <param name="key">The key.</param>
    /// <param name="isAwaited">Whether the code that began it waits for it.</param>
    public static LoadFrame Enter(CacheLoader loader, CacheKey key, bool isAwaited) =>
        Running.Value = new LoadFrame(loader, key, isAwaited ? Running.Value : null);

    /// <summary>Ends it: what the factory has left running may ask for the key again.</summary>
    public void End() => _isOver = true;
}
