using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Orleans.Cache.Cli.Connection;

/// <summary>A client of the grid, for the length of one run.</summary>
internal sealed class GridConnection : IAsyncDisposable
{
    // Probe and connection together: with the start of the process this stays below the five seconds that a person is made to wait.
    private static readonly TimeSpan OpenBudget = TimeSpan.FromSeconds(4.4);

    private static readonly TimeSpan CloseBudget = TimeSpan.FromSeconds(1);

    private readonly IHost _host;

    private GridConnection(IHost host)
    {
        _host = host;
        Grid = host.Services.GetRequiredService<ICacheGrid>();
    }

    /// <summary>The grid.</summary>
    public ICacheGrid Grid { get; }

    /// <summary>Connects to the grid through whichever of the gateways answer, and learns its topology.</summary>
    /// <exception cref="CacheUnavailableException">None of them answers, or what answers is no grid.</exception>
    public static async Task<GridConnection> OpenAsync(
        IReadOnlyList<GatewayAddress> gateways, string cluster, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var started = time.GetTimestamp();
        var answering = await GatewayProbe.FindAnsweringAsync(gateways, cancellationToken);
        if (answering.Count == 0)
        {
            throw new CacheUnavailableException(
                $"no grid answers at {string.Join(", ", gateways)}. Start one with 'dotnet run --project src/Silo', or name another with --gateway host:port.");
        }

        try
        {
            // The client's own waits do not all honour a token, so the time is kept out here.
            return await ConnectAsync(answering, cluster, cancellationToken).WaitAsync(OpenBudget - time.GetElapsedTime(started), cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new CacheUnavailableException(
                $"{string.Join(", ", answering)} accepts connections, but no grid of this version answers there. Check that it is a silo's gateway, not its silo port or dashboard, and that the silo is ready.",
                exception);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Whatever is left of the connection ends with the process: nobody should wait for a goodbye.
        using var budget = new CancellationTokenSource(CloseBudget);
        try
        {
            await _host.StopAsync(budget.Token);
            _host.Dispose();
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static async Task<GridConnection> ConnectAsync(
        IReadOnlyList<GatewayAddress> gateways, string cluster, CancellationToken cancellationToken)
    {
        var connection = await StartAsync(gateways, cluster, cancellationToken);
        await connection.Grid.GetTopologyAsync(cancellationToken);
        return connection;
    }

    private static async Task<GridConnection> StartAsync(
        IReadOnlyList<GatewayAddress> gateways, string cluster, CancellationToken cancellationToken)
    {
        var host = CreateHost(gateways, cluster);
        await host.StartAsync(cancellationToken);
        return new GridConnection(host);
    }

    private static IHost CreateHost(IReadOnlyList<GatewayAddress> gateways, string cluster)
    {
        // An empty builder reads no settings and logs nowhere: what goes wrong is told in one line, once.
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddCacheGridClient(options =>
        {
            options.ClusterId = cluster;
            foreach (var gateway in gateways)
            {
                options.Gateways.Add(gateway.ToString());
            }
        });

        // The command line sees to Ctrl-C itself.
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoLifetime>());
        return builder.Build();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
