using System.Text.Json;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench.Sockets;

/// <summary>The benchmark's own load over sockets, in a process of its own; it stays for all turns, so that its code is compiled.</summary>
internal sealed class SocketLoadProcess(SideKind kind, int port) : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    private readonly ChildProcess _process = ChildProcess.StartDotNet(Programs.Self(), startupHook: null, ServeCommand.Name, ServeCommand.SocketLoadPart);

    /// <summary>Writes every key of the data set.</summary>
    public Task FillAsync(int valueBytes, CancellationToken cancellationToken) =>
        AskAsync(new SocketLoadOrder(kind, port, new Load(LoadOperation.Set, 1, 1, valueBytes), 0), cancellationToken);

    public async Task<Measurement> RunAsync(Load load, TimeSpan duration, ChildProcess server, CancellationToken cancellationToken)
    {
        var serverBefore = server.ProcessorTime;
        var result = await AskAsync(new SocketLoadOrder(kind, port, load, duration.TotalSeconds), cancellationToken);
        return new Measurement
        {
            Operations = result.Operations,
            Seconds = result.Seconds,
            Latency = result.Latency,
            ClientProcessor = TimeSpan.FromSeconds(result.ProcessorSeconds),
            ServerProcessor = server.ProcessorTime - serverBefore,
        };
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task<SocketLoadResult> AskAsync(SocketLoadOrder order, CancellationToken cancellationToken)
    {
        var reply = await _process.AskAsync(JsonSerializer.Serialize(order), TimeSpan.FromSeconds(order.Seconds) + Grace, cancellationToken);
        return JsonSerializer.Deserialize<SocketLoadResult>(reply)!;
    }
}
