using System.Globalization;
using System.Text.Json;
using Orleans.Cache.GridBench.Processes;

namespace Orleans.Cache.GridBench.NearCaches;

/// <summary>Readers in a process of their own, which can be made to stand still.</summary>
internal sealed class ReaderProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ChildProcess _process = ChildProcess.StartDotNet(Programs.Self(), startupHook: null, ServeCommand.Name, ServeCommand.ReadersPart);

    /// <summary>Lets it read.</summary>
    public async Task<ReaderOutcome> RunAsync(ReaderOrder order, CancellationToken cancellationToken) =>
        JsonSerializer.Deserialize<ReaderOutcome>(await _process.AskAsync(JsonSerializer.Serialize(order), order.Duration + Patience, cancellationToken))!;

    /// <summary>Lets it stand still.</summary>
    public Task SuspendAsync(CancellationToken cancellationToken) => SignalAsync("-STOP", cancellationToken);

    /// <summary>Lets it go on.</summary>
    public Task ResumeAsync(CancellationToken cancellationToken) => SignalAsync("-CONT", cancellationToken);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task SignalAsync(string signal, CancellationToken cancellationToken) =>
        await ChildProcess.RunAsync("kill", [signal, _process.Id.ToString(CultureInfo.InvariantCulture)], Patience, cancellationToken);
}
