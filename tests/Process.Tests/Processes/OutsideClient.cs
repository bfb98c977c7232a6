using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Cache.Client.Routing;

namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>A .NET client in this process, which is none of the grid's.</summary>
internal sealed class OutsideClient : IAsyncDisposable
{
    private readonly IHost _host;

    private OutsideClient(IHost host) => _host = host;

    public ICacheGrid Grid => _host.Services.GetRequiredService<ICacheGrid>();

    public ITopologySource Topology => _host.Services.GetRequiredService<ITopologySource>();

    public static async Task<OutsideClient> ConnectAsync(string gateway, string clusterId, TimeSpan? operationTimeout = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddCacheGridClient(options =>
        {
            options.Gateways.Add(gateway);
            options.ClusterId = clusterId;
            options.RefreshPeriod = TimeSpan.FromMilliseconds(250);

            // Longer than the default: the machine may be busy, and nothing here measures time.
            options.OperationTimeout = operationTimeout ?? TimeSpan.FromSeconds(20);
        });
        var host = builder.Build();
        await host.StartAsync();
        return new OutsideClient(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
