using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sockets;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>A server process under the benchmark's own load over sockets, which comes from a process of its own.</summary>
internal abstract class SocketSide(ChildProcess server, SideKind kind, int port) : ISide
{
    protected SocketLoadProcess Load { get; } = new(kind, port);

    protected ChildProcess Server { get; } = server;

    public Task<Measurement> RunAsync(Load load, TimeSpan duration, CancellationToken cancellationToken) =>
        Load.RunAsync(load, duration, Server, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Load.DisposeAsync();
        await Server.DisposeAsync();
    }
}
