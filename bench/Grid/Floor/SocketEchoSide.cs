using System.Globalization;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.Floor;

/// <summary>Bare TCP with messages of the grid's size: one process sends, another answers, each in one thread.</summary>
internal sealed class SocketEchoSide : SocketSide
{
    private static readonly TimeSpan StartBudget = TimeSpan.FromSeconds(20);

    private SocketEchoSide(ChildProcess server, int port)
        : base(server, SideKind.SocketEcho, port)
    {
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
}
