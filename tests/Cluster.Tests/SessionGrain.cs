namespace Orleans.Cache.Cluster.Tests;

/// <summary>A grain of an application that uses the grid.</summary>
[Alias("orleans.cache.tests.session")]
public interface ISessionGrain : IGrainWithIntegerKey
{
    /// <summary>What the session of the call has seen; empty if it has none.</summary>
    [Alias("token")]
    Task<string> TokenAsync();

    /// <summary>Writes a key, and gives what has been seen then.</summary>
    [Alias("write")]
    Task<string> WriteAsync(string key);

    /// <summary>Adds one to a key, whatever it has.</summary>
    [Alias("increment")]
    Task<long> IncrementAsync(string key);
}

/// <inheritdoc cref="ISessionGrain"/>
public sealed class SessionGrain(ICacheGrid caches) : Grain, ISessionGrain
{
    public Task<string> TokenAsync() => Task.FromResult(caches.CurrentSession?.Token.ToString() ?? string.Empty);

    public async Task<string> WriteAsync(string key)
    {
        await caches.GetCache().SetAsync(key, "there");
        return caches.CurrentSession!.Token.ToString();
    }

    public async Task<long> IncrementAsync(string key) => await caches.GetCache().IncrementAsync(key);
}
