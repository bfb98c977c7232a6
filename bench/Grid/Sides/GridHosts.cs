using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Orleans.Cache.GridBench.Processes;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>The hosts that this process runs: a client of the grid, or a silo of it. As an application has them, with nothing logged.</summary>
internal static class GridHosts
{
    private static readonly TimeSpan StartBudget = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopBudget = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>A host with nothing in it, not even logs.</summary>
    public static HostApplicationBuilder NewBuilder()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());

        // The benchmark sees to Ctrl-C itself.
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoLifetime>());
        return builder;
    }

    public static IHost Client(IEnumerable<int> gatewayPorts, Action<CacheGridClientOptions>? configure = null)
    {
        var builder = NewBuilder();
        builder.Services.AddCacheGridClient(options =>
        {
            foreach (var port in gatewayPorts)
            {
                options.Gateways.Add($"127.0.0.1:{port}");
            }

            configure?.Invoke(options);
        });
        return builder.Build();
    }

    public static IHost Silo()
    {
        var ports = FreePorts.Find(2);
        var builder = NewBuilder();
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(ports[0], ports[1], new IPEndPoint(IPAddress.Loopback, ports[0]))
            .AddCacheGrid());
        return builder.Build();
    }

    /// <summary>Waits until everything that the host says of its health is good; a client has nothing to say.</summary>
    /// <exception cref="BenchException">It takes too long.</exception>
    public static async Task WaitUntilReadyAsync(IHost host, CancellationToken cancellationToken)
    {
        if (host.Services.GetService<HealthCheckService>() is not { } health)
        {
            return;
        }

        var report = await health.CheckHealthAsync(cancellationToken);
        for (var waited = TimeSpan.Zero; report.Status != HealthStatus.Healthy; waited += Pause)
        {
            if (waited > StartBudget)
            {
                throw new BenchException($"The hosted silo is not ready: {report.Entries.First().Value.Description}");
            }

            await Task.Delay(Pause, cancellationToken);
            report = await health.CheckHealthAsync(cancellationToken);
        }
    }

    public static async Task StopAsync(IHost host)
    {
        using var budget = new CancellationTokenSource(StopBudget);
        try
        {
            await host.StopAsync(budget.Token);
        }
        catch (OperationCanceledException)
        {
            // Whatever is left of it ends with the process.
        }

        host.Dispose();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
