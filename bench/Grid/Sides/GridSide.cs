using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>The grid: this process is the client, of a silo process or of a silo that it hosts itself.</summary>
internal sealed class GridSide : ISide
{
    private const int PreloadBatch = 1000;

    // Above the deadline of a call: every caller should have come back long since.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly IHost _host;
    private readonly SiloProcess? _silo;
    private readonly ICache _cache;

    private GridSide(IHost host, SiloProcess? silo)
    {
        _host = host;
        _silo = silo;
        _cache = host.Services.GetRequiredService<ICacheGrid>().GetCache();
    }

    /// <summary>The silo's process; this one where it is hosted here.</summary>
    public int SiloProcessId => _silo?.Id ?? Environment.ProcessId;

    /// <summary>Starts a silo in a process of its own, and a client here.</summary>
    public static async Task<GridSide> StartAsync(CancellationToken cancellationToken)
    {
        var silo = await SiloProcess.StartAsync(cancellationToken);
        try
        {
            return await StartAsync(GridHosts.Client(silo.GatewayPort), silo, cancellationToken);
        }
        catch
        {
            await silo.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a silo in this process.</summary>
    public static Task<GridSide> StartHostedAsync(CancellationToken cancellationToken) =>
        StartAsync(GridHosts.Silo(), silo: null, cancellationToken);

    public async Task<Measurement> RunAsync(Load load, TimeSpan duration, CancellationToken cancellationToken)
    {
        CallerLoop[] callers = [.. Enumerable.Range(0, load.Callers).Select(number => new CallerLoop(_cache, load, number))];

        // What was left over from before is not this run's.
        GC.Collect();
        var allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
        var clientBefore = Environment.CpuUsage.TotalTime;
        var serverBefore = _silo?.ProcessorTime ?? TimeSpan.Zero;
        var started = Stopwatch.GetTimestamp();
        var deadline = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);

        var loops = callers.Select(caller => Task.Run(() => caller.RunAsync(deadline, cancellationToken), CancellationToken.None));
        await Task.WhenAll(loops).WaitAsync(duration + Grace, CancellationToken.None);

        var elapsed = Stopwatch.GetElapsedTime(started);
        var server = (_silo?.ProcessorTime ?? TimeSpan.Zero) - serverBefore;
        var client = Environment.CpuUsage.TotalTime - clientBefore;
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - allocatedBefore;
        cancellationToken.ThrowIfCancellationRequested();
        return Summarise(callers, elapsed) with { ClientProcessor = client, ServerProcessor = server, AllocatedBytes = allocated };
    }

    public async ValueTask DisposeAsync()
    {
        await GridHosts.StopAsync(_host);
        if (_silo is not null)
        {
            await _silo.DisposeAsync();
        }
    }

    private static async Task<GridSide> StartAsync(IHost host, SiloProcess? silo, CancellationToken cancellationToken)
    {
        try
        {
            await host.StartAsync(cancellationToken);
            await GridHosts.WaitUntilReadyAsync(host, cancellationToken);
            var side = new GridSide(host, silo);
            await side.PreloadAsync(cancellationToken);
            return side;
        }
        catch
        {
            await GridHosts.StopAsync(host);
            throw;
        }
    }

    private static Measurement Summarise(CallerLoop[] callers, TimeSpan elapsed)
    {
        var latencies = new LatencyHistogram();
        foreach (var caller in callers)
        {
            latencies.Add(caller.Latencies);
        }

        var operations = callers.Sum(static caller => caller.Operations);
        return new Measurement
        {
            Operations = operations,
            OperationsPerSecond = operations / elapsed.TotalSeconds,
            P50Microseconds = latencies.Percentile(0.5),
            P99Microseconds = latencies.Percentile(0.99),
            Errors = callers.Sum(static caller => caller.Errors),
            FirstError = callers.Select(static caller => caller.FirstError).FirstOrDefault(static error => error is not null),
            ClientProcessor = null,
            ServerProcessor = TimeSpan.Zero,
        };
    }

    private async Task PreloadAsync(CancellationToken cancellationToken)
    {
        foreach (var keys in DataSet.CacheKeys.Chunk(PreloadBatch))
        {
            await _cache.SetManyAsync([.. keys.Select(static key => new CacheSetItem(key, DataSet.Value))], cancellationToken);
        }
    }
}
