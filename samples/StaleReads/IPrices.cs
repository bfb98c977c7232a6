namespace Orleans.Cache.StaleReads;

/// <summary>The prices as one server sees them.</summary>
internal interface IPrices
{
    ValueTask SetAsync(string product, int price);

    ValueTask<int> GetAsync(string product);
}
