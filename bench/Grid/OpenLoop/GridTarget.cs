using System.Runtime.CompilerServices;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.OpenLoop;

/// <summary>Reads from the grid by the public client API.</summary>
internal sealed class GridTarget(ICache cache, int valueBytes) : IReadTarget
{
    // Pooled, so that the adapter does not allocate in the product's name.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadAsync(int key)
    {
        var entry = await cache.TryGetAsync(DataSet.CacheKeys[key], CancellationToken.None);
        if (entry.Value.Length != valueBytes)
        {
            throw new BenchException("A key that was written is not there, or has another value: the grid is broken, or its memory too small.");
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
