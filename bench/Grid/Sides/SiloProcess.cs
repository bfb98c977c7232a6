using System.Globalization;
using Orleans.Cache.GridBench.Processes;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>The ready-made silo in a process of its own, as it is configured out of the box, on free ports.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    // The data set must fit the memory budget, which is 1 GiB unless it is set.
    private const long UsualDataBytes = 512L << 20;
    private const long LargeMemoryBudgetBytes = 4L << 30;

    private static readonly TimeSpan StartBudget = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ChildProcess _process;

    private SiloProcess(ChildProcess process, int siloPort, int gatewayPort)
    {
        _process = process;
        SiloPort = siloPort;
        GatewayPort = gatewayPort;
    }

    public int Id => _process.Id;

    public int SiloPort { get; }

    public int GatewayPort { get; }

    /// <summary>Starts the silos of one cluster, and waits until all are ready.</summary>
    /// <exception cref="BenchException">One does not start; the message has what it said.</exception>
    public static Task<IReadOnlyList<SiloProcess>> StartAsync(int count, int valueBytes, CancellationToken cancellationToken) =>
        StartAsync(count, valueBytes, [], cancellationToken);

    /// <summary>Starts the silos of one cluster with settings beyond those out of the box, and waits until all are ready.</summary>
    /// <inheritdoc cref="StartAsync(int, int, CancellationToken)"/>
    public static async Task<IReadOnlyList<SiloProcess>> StartAsync(
        int count, int valueBytes, IReadOnlyList<string> moreSettings, CancellationToken cancellationToken)
    {
        var silos = new List<SiloProcess>();
        try
        {
            while (silos.Count < count)
            {
                silos.Add(await StartAsync(silos.Count, silos.FirstOrDefault()?.SiloPort, valueBytes, moreSettings, cancellationToken));
            }

            return silos;
        }
        catch
        {
            await DisposeAsync(silos);
            throw;
        }
    }

    public static async Task DisposeAsync(IEnumerable<SiloProcess> silos)
    {
        foreach (var silo in silos)
        {
            await silo.DisposeAsync();
        }
    }

    /// <summary>The processor time that it has used so far.</summary>
    public TimeSpan ProcessorTime => _process.ProcessorTime;

    /// <summary>What the process has used so far.</summary>
    public Task<ProcessUse> GetUseAsync(CancellationToken cancellationToken) => _process.GetUseAsync(cancellationToken);

    /// <summary>Ends it at once, as a crash does.</summary>
    public void Kill() => _process.Kill();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<SiloProcess> StartAsync(
        int instance, int? primaryPort, int valueBytes, IReadOnlyList<string> moreSettings, CancellationToken cancellationToken)
    {
        var ports = FreePorts.Find(3);
        var settings = new List<string>
        {
            Setting("Silo:Instance", instance),
            Setting("Silo:SiloPort", ports[0]),
            Setting("Silo:PrimaryPort", primaryPort ?? ports[0]),
            Setting("Silo:GatewayPort", ports[1]),
            Setting("Silo:HttpPort", ports[2]),
        };
        settings.AddRange(moreSettings);
        if ((long)DataSet.Keys * valueBytes > UsualDataBytes)
        {
            settings.Add(Setting("Cache:MemoryBudgetBytes", LargeMemoryBudgetBytes));
        }

        var process = ProbedProcess.Start(Programs.Silo(), settings);
        try
        {
            var ready = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{ports[2]}/health/ready"));
            await WaitUntilReadyAsync(process, ready, cancellationToken);
            return new SiloProcess(process, ports[0], ports[1]);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    private static string Setting(string name, long value) => string.Create(CultureInfo.InvariantCulture, $"--{name}={value}");

    private static async Task WaitUntilReadyAsync(ChildProcess process, Uri ready, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        using var budget = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        budget.CancelAfter(StartBudget);
        try
        {
            while (!await AnswersAsync(http, ready, budget.Token))
            {
                if (process.HasExited)
                {
                    throw process.Failed();
                }

                await Task.Delay(Pause, budget.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw process.Failed();
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient http, Uri ready, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(ready, cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
