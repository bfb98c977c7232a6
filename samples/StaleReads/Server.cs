namespace Orleans.Cache.StaleReads;

/// <summary>A web server of the shop: a client of the grid.</summary>
internal sealed class Server(IHost host) : IAsyncDisposable
{
    public ICacheGrid Grid => host.Services.GetRequiredService<ICacheGrid>();

    public static async Task<Server> ConnectAsync(Ports ports)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.AddCacheGridClient(options => options.Gateways.Add($"localhost:{ports.Gateway}"));
        var host = builder.Build();
        await host.StartAsync();
        return new Server(host);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }
}
