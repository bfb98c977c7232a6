namespace Orleans.Cache.Chaos.Load;

/// <summary>What writers and readers need of a cache.</summary>
internal interface IStore
{
    /// <summary>Sets a key, with the cache's write concern.</summary>
    ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive);

    /// <summary>Reads a key; <see langword="null"/> for a miss.</summary>
    ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key);

    /// <summary>Removes a key.</summary>
    ValueTask RemoveAsync(string key);

    /// <summary>Adds one to a counter.</summary>
    /// <returns>What it is now.</returns>
    ValueTask<long> IncrementAsync(string key);
}
