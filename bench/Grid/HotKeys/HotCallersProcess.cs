using System.Text.Json;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Processes;

namespace Orleans.Cache.GridBench.HotKeys;

/// <summary>Callers in a process of their own.</summary>
internal sealed class HotCallersProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ChildProcess _process = ChildProcess.StartDotNet(Programs.Self(), startupHook: null, ServeCommand.Name, ServeCommand.HotCallersPart);

    /// <summary>The processor time that it has used so far.</summary>
    public TimeSpan ProcessorTime => _process.ProcessorTime;

    public Task ConnectAsync(int[] gateways, CancellationToken cancellationToken) =>
        _process.AskAsync(JsonSerializer.Serialize(new HotOrder(gateways, HotComparison.Without, 0, TimeSpan.Zero, TimeSpan.Zero, 0)), Patience, cancellationToken);

    /// <summary>Lets all callers read for a while.</summary>
    /// <returns>What the reads took that count.</returns>
    public async Task<LatencyHistogram> RunAsync(HotOrder order, CancellationToken cancellationToken) =>
        new(JsonSerializer.Deserialize<long[]>(await _process.AskAsync(JsonSerializer.Serialize(order), order.WarmUp + order.Duration + Patience, cancellationToken))!);

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
