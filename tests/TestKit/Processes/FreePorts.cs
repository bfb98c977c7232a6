using System.Net;
using System.Net.Sockets;

namespace Orleans.Cache.TestKit.Processes;

/// <summary>
/// Ports that nobody listens on. They are below the range from which operating systems take the ports of outgoing connections: one that the
/// system gave out itself could be taken again by the next connection, before the silo listens on it.
/// </summary>
public static class FreePorts
{
    private const int First = 12_000;
    private const int Last = 29_000;

    private static readonly Lock Sync = new();
    private static readonly HashSet<int> Given = [];

    /// <summary>A port that this process has not been given before.</summary>
    public static int Next()
    {
        lock (Sync)
        {
            while (true)
            {
                var port = Random.Shared.Next(First, Last);
                if (Given.Add(port) && CanListen(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanListen(IPAddress.IPv6Loopback, port)))
                {
                    return port;
                }
            }
        }
    }

    private static bool CanListen(IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return true;
        }
        catch (SocketException exception)
        {
            // A machine may know IPv6 and have no such address.
            return exception.SocketErrorCode == SocketError.AddressNotAvailable;
        }
    }
}
