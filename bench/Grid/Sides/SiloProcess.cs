using System.Globalization;
using Orleans.Cache.GridBench.Processes;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>The ready-made silo in a process of its own, as it is configured out of the box, on free ports.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartBudget = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ChildProcess _process;

    private SiloProcess(ChildProcess process, int gatewayPort)
    {
        _process = process;
        GatewayPort = gatewayPort;
    }

    public int GatewayPort { get; }

    public int Id => _process.Id;

    public TimeSpan ProcessorTime => _process.ProcessorTime;

    /// <summary>Starts a silo, and waits until it is ready.</summary>
    /// <exception cref="BenchException">It does not start; the message has what it said.</exception>
    public static async Task<SiloProcess> StartAsync(CancellationToken cancellationToken)
    {
        var ports = FreePorts.Find(3);
        var process = ChildProcess.Start(
            Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
            Programs.Silo(),
            Setting("SiloPort", ports[0]),
            Setting("PrimaryPort", ports[0]),
            Setting("GatewayPort", ports[1]),
            Setting("HttpPort", ports[2]));
        try
        {
            var ready = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{ports[2]}/health/ready"));
            await WaitUntilReadyAsync(process, ready, cancellationToken);
            return new SiloProcess(process, ports[1]);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string Setting(string name, int port) => string.Create(CultureInfo.InvariantCulture, $"--Silo:{name}={port}");

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
