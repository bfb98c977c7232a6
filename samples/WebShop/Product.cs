namespace Orleans.Cache.WebShop;

internal sealed record Product(int Id, string Name, decimal Price);
