using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>The grid: this process is the client, of silo processes or of a silo that it hosts itself.</summary>
internal sealed class GridSide : ISide
{
    private readonly IHost _host;
    private readonly IReadOnlyList<SiloProcess> _silos;

    private GridSide(IHost host, IReadOnlyList<SiloProcess> silos)
    {
        _host = host;
        _silos = silos;
        Cache = host.Services.GetRequiredService<ICacheGrid>().GetCache();
    }

    public ICache Cache { get; }

    /// <summary>The silos' processes; this one where the silo is hosted here.</summary>
    public IEnumerable<int> SiloProcessIds => _silos.Count == 0 ? [Environment.ProcessId] : _silos.Select(static silo => silo.Id);

    /// <summary>Starts silos in processes of their own, and a client here.</summary>
    public static async Task<GridSide> StartAsync(int silos, int? replicas, int valueBytes, CancellationToken cancellationToken)
    {
        string[] settings = replicas is { } count ? [string.Create(CultureInfo.InvariantCulture, $"--Cache:Replicas={count}")] : [];
        var processes = await SiloProcess.StartAsync(silos, valueBytes, settings, cancellationToken);
        try
        {
            return await StartAsync(GridHosts.Client(processes.Select(static silo => silo.GatewayPort)), processes, valueBytes, cancellationToken);
        }
        catch
        {
            await SiloProcess.DisposeAsync(processes);
            throw;
        }
    }

    /// <summary>Starts a silo in this process.</summary>
    public static Task<GridSide> StartHostedAsync(int valueBytes, CancellationToken cancellationToken) =>
        StartAsync(GridHosts.Silo(), [], valueBytes, cancellationToken);

    public Task<Measurement> RunAsync(Load load, TimeSpan duration, CancellationToken cancellationToken)
    {
        var value = DataSet.Value(load.ValueBytes);
        var cache = load.Concern is { } concern ? Cache.WithOptions(new CacheCallOptions { WriteConcern = concern }) : Cache;
        return ClosedLoop.RunAsync(
            [.. Enumerable.Range(0, load.Callers).Select(number => new CallerLoop(cache, load, value, number))],
            duration,
            () => GetSiloUseAsync(cancellationToken),
            cancellationToken);
    }

    /// <summary>What the silos' processes have used so far.</summary>
    public async Task<ProcessUse> GetSiloUseAsync(CancellationToken cancellationToken)
    {
        var use = default(ProcessUse);
        foreach (var silo in _silos)
        {
            use += await silo.GetUseAsync(cancellationToken);
        }

        return use;
    }

    public async ValueTask DisposeAsync()
    {
        await GridHosts.StopAsync(_host);
        await SiloProcess.DisposeAsync(_silos);
    }

    private static async Task<GridSide> StartAsync(
        IHost host, IReadOnlyList<SiloProcess> silos, int valueBytes, CancellationToken cancellationToken)
    {
        try
        {
            await host.StartAsync(cancellationToken);
            await GridHosts.WaitUntilReadyAsync(host, cancellationToken);
            var side = new GridSide(host, silos);
            await GridFill.WaitUntilSpreadAsync(side.Cache, silos.Count, cancellationToken);
            await GridFill.FillAsync(side.Cache, valueBytes, cancellationToken);
            return side;
        }
        catch
        {
            await GridHosts.StopAsync(host);
            throw;
        }
    }
}
