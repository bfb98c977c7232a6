using System.Buffers.Binary;

namespace Orleans.Cache.StaleReads;

/// <summary>Prices in the grid; that they are kept near is a setting of the cache.</summary>
internal sealed class GridPrices(Server server, string cache) : IPrices
{
    private readonly ICache _cache = server.Grid.GetCache(cache);

    public async ValueTask SetAsync(string product, int price)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, price);
        (await _cache.SetAsync(product, bytes)).EnsureStored();
    }

    public ValueTask<int> GetAsync(string product)
    {
        var read = _cache.TryGetAsync(product);
        return read.IsCompletedSuccessfully ? ValueTask.FromResult(PriceIn(read.Result)) : WaitAsync(read);

        static async ValueTask<int> WaitAsync(ValueTask<CacheEntry> read) => PriceIn(await read);
    }

    private static int PriceIn(CacheEntry entry) => BinaryPrimitives.ReadInt32LittleEndian(entry.Value.Span);
}
