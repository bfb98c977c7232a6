namespace Orleans.Cache.WebShop;

/// <summary>Stands for the slow thing behind the cache: 1,000 products, 200 ms for each look.</summary>
internal sealed class ProductDatabase
{
    private static readonly TimeSpan Slowness = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<int, Product> _products = Enumerable.Range(1, 1000)
        .ToDictionary(static id => id, static id => new Product(id, $"Product {id}", id + 0.99m));

    public async Task<Product?> FindAsync(int id, CancellationToken cancellationToken)
    {
        await Task.Delay(Slowness, cancellationToken);
        return _products.GetValueOrDefault(id);
    }
}
