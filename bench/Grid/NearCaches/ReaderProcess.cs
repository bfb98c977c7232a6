using System.Text.Json;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.TestKit.Processes;

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
    public void Suspend() => UnixSignals.Send(_process.Id, UnixSignals.Stop);

    /// <summary>Lets it go on.</summary>
    public void Resume() => UnixSignals.Send(_process.Id, UnixSignals.Continue);

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
