namespace Orleans.Cache.Chaos.Load;

/// <summary>A cache of the grid.</summary>
internal sealed class GridStore(ICache cache) : IStore
{
    public async ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive) =>
        (await cache.SetAsync(key, value, new CacheSetOptions { TimeToLive = timeToLive })).EnsureStored();

    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key) => cache.GetAsync(key);

    public async ValueTask RemoveAsync(string key) => await cache.RemoveAsync(key);

    public ValueTask<long> IncrementAsync(string key) => cache.IncrementAsync(key);
}
