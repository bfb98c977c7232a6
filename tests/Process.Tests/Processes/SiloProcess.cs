using System.Net;
using Orleans.Cache.TestKit.Processes;

namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>A ready-made silo as a process of its own.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private SiloProcess(SiloSettings settings, ProgramRun run)
    {
        Settings = settings;
        Run = run;
    }

    public SiloSettings Settings { get; }

    public ProgramRun Run { get; }

    public string Name => $"silo-{Settings.Instance}";

    public string Gateway => $"localhost:{Settings.GatewayPort}";

    /// <summary>Starts a silo and does not wait for anything.</summary>
    public static SiloProcess Start(SiloSettings settings, IReadOnlyDictionary<string, string>? environment = null) =>
        new(settings, ProgramRun.Start(Programs.Silo, settings.ToArguments(), environment: environment));

    /// <summary>Starts a silo and waits until it is ready.</summary>
    public static async Task<SiloProcess> StartReadyAsync(SiloSettings settings)
    {
        var silo = Start(settings);
        await silo.WaitUntilReadyAsync();
        return silo;
    }

    public Task WaitUntilReadyAsync() => Wait.UntilAsync(
        $"{Name} is ready",
        async token => Assert.True(await GetAsync("/health/ready", token) is (HttpStatusCode.OK, var body) && body.StartsWith("Healthy", StringComparison.Ordinal)),
        () => Run.Transcript,
        hopeless: () => Run.HasExited);

    /// <summary>Asks the silo's web server.</summary>
    public async Task<(HttpStatusCode Status, string Body)> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await Http.GetAsync(new Uri($"http://localhost:{Settings.HttpPort}{path}"), cancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>Stops the silo as an orchestrator does.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> StopAsync()
    {
        Run.Signal(UnixSignals.Terminate);
        return Run.ExitAsync();
    }

    public ValueTask DisposeAsync() => Run.DisposeAsync();
}
