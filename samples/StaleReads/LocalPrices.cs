using Microsoft.Extensions.Caching.Memory;

namespace Orleans.Cache.StaleReads;

/// <summary>
/// Prices in the grid, with a memory cache before it: how <c>HybridCache</c>, and most caches of two levels, keep what they have read. A server forgets
/// what it writes itself; of what others write it hears nothing.
/// </summary>
internal sealed class LocalPrices(Server server) : IPrices, IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private readonly GridPrices _shared = new(server, Grid.Plain);
    private readonly MemoryCache _local = new(new MemoryCacheOptions());

    public void Dispose() => _local.Dispose();

    public async ValueTask SetAsync(string product, int price)
    {
        await _shared.SetAsync(product, price);
        _local.Remove(product);
    }

    public async ValueTask<int> GetAsync(string product)
    {
        if (_local.TryGetValue(product, out int price))
        {
            return price;
        }

        price = await _shared.GetAsync(product);
        return _local.Set(product, price, Lifetime);
    }
}
