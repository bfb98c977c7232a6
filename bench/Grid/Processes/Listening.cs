using System.Net;
using System.Net.Sockets;

namespace Orleans.Cache.GridBench.Processes;

/// <summary>Waits for servers.</summary>
internal static class Listening
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until a process takes connections on a loopback port.</summary>
    /// <exception cref="BenchException">It ended, or takes none in time; the message has what it said.</exception>
    public static async Task WaitUntilListeningAsync(this ChildProcess server, int port, CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; ; waited += Pause)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return;
            }
            catch (SocketException) when (waited < Budget && !server.HasExited)
            {
                await Task.Delay(Pause, cancellationToken);
            }
            catch (SocketException)
            {
                throw server.Failed();
            }
        }
    }
}
