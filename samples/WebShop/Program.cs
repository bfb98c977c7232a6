using Orleans.Cache;
using Orleans.Cache.WebShop;

var builder = WebApplication.CreateBuilder(args);
var siloPort = builder.Configuration.GetValue("SiloPort", 11111);
var gatewayPort = builder.Configuration.GetValue("GatewayPort", 30000);

// The grid lives in this process; with the grid's own ids, ocache finds it too.
builder.UseOrleans(silo => silo
    .UseLocalhostClustering(siloPort, gatewayPort, serviceId: CacheGridDefaults.ServiceId, clusterId: CacheGridDefaults.ClusterId)
    .AddCacheGrid(grid => grid.Caches["products"] = new CacheOptions { DefaultTimeToLive = TimeSpan.FromMinutes(5) }));
builder.Services.Configure<CacheGridClientOptions>(client => client.JsonContexts.Add(ShopJsonContext.Default));
builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ShopJsonContext.Default));
builder.Services.AddSingleton<ProductDatabase>();
builder.Services.AddSingleton(provider => provider.GetRequiredService<ICacheGrid>().GetCache("products"));

var app = builder.Build();

app.MapGet("/products/{id:int}", async (int id, ICache products, ProductDatabase database, HttpResponse response, CancellationToken stop) =>
{
    var cached = await products.TryGetAsync<Product>($"product:{id}", stop);
    response.Headers["X-Cache"] = cached.Found ? "hit" : "miss";
    if (cached.Found)
    {
        return Results.Ok(cached.Value);
    }

    if (await database.FindAsync(id, stop) is not { } product)
    {
        return Results.NotFound();
    }

    await products.SetAsync($"product:{id}", product, cancellationToken: stop);
    return Results.Ok(product);
});

app.MapDelete("/products/{id:int}", async (int id, ICache products, CancellationToken stop) =>
{
    await products.RemoveAsync($"product:{id}", stop);
    return Results.NoContent();
});

await app.RunAsync();
