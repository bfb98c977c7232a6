using System.Globalization;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;
using Orleans.Cache.GridBench.Sockets;

namespace Orleans.Cache.GridBench.Floor;

/// <summary>Bare TCP with messages of the grid's size: one process sends, another answers, each in one thread.</summary>
internal sealed class SocketEchoSide : ISide
{
    private static readonly TimeSpan StartBudget = TimeSpan.FromSeconds(20);

    private readonly ChildProcess _server;
    private readonly SocketLoadProcess _load;

    private SocketEchoSide(ChildProcess server, int port)
    {
        _server = server;
        _load = new SocketLoadProcess(SideKind.SocketEcho, port);
    }

    public static async Task<SocketEchoSide> StartAsync(CancellationToken cancellationToken)
    {
        var server = ProbedProcess.Start(Programs.Self(), ServeCommand.Name, ServeCommand.SocketEchoPart);
        try
        {
            var port = await server.ReadReplyAsync(StartBudget, cancellationToken);
            return new SocketEchoSide(server, int.Parse(port, CultureInfo.InvariantCulture));
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public Task<Measurement> RunAsync(Load load, TimeSpan duration, CancellationToken cancellationToken) =>
        _load.RunAsync(load, duration, _server, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _load.DisposeAsync();
        await _server.DisposeAsync();
    }
}
