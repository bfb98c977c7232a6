using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Orleans.Cache.Contracts.Connections;

/// <summary>
/// How the sockets of data connections are set, on both sides, and how they begin. Nothing of it is asynchronous: .NET would have a thread of its own
/// watch the socket ever after, which wakes for everything that comes.
/// </summary>
internal static class DataSocket
{
    private const int KeepAliveSeconds = 15;
    private const int KeepAliveProbes = 3;

    /// <summary>Sets a socket.</summary>
    public static void Prepare(Socket socket)
    {
        socket.Blocking = false;
        socket.NoDelay = true;

        // A thread waits for what comes. When the other machine is lost, nothing else would tell it.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
    }

    /// <summary>Connects a socket that does not block.</summary>
    /// <exception cref="SocketException">Nobody takes the connection.</exception>
    /// <exception cref="TimeoutException">Nothing came of it in time.</exception>
    public static void Connect(Socket socket, IPEndPoint to, TimeSpan patience)
    {
        try
        {
            socket.Connect(to);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            if (!socket.Poll(patience, SelectMode.SelectWrite))
            {
                throw new TimeoutException($"{to} did not take the connection within {patience}.");
            }

            if ((int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! is not 0 and var error)
            {
                throw new SocketException(error);
            }
        }
    }

    /// <summary>Sends a few bytes, for which there is room in the socket.</summary>
    /// <exception cref="SocketException">The connection is broken.</exception>
    public static void Send(Socket socket, ReadOnlySpan<byte> bytes)
    {
        if (socket.Send(bytes) != bytes.Length)
        {
            throw new IOException("The other side takes nothing.");
        }
    }

    /// <summary>Receives as many bytes as there is room for.</summary>
    /// <exception cref="SocketException">The connection is broken.</exception>
    /// <exception cref="IOException">It was closed before.</exception>
    /// <exception cref="TimeoutException">They did not come in time.</exception>
    public static void ReceiveAll(Socket socket, Span<byte> bytes, TimeSpan patience)
    {
        var began = Stopwatch.GetTimestamp();
        while (!bytes.IsEmpty)
        {
            var left = patience - Stopwatch.GetElapsedTime(began);
            if (left <= TimeSpan.Zero || !socket.Poll(left, SelectMode.SelectRead))
            {
                throw new TimeoutException($"{bytes.Length} bytes more did not come within {patience}.");
            }

            var received = socket.Receive(bytes);
            bytes = received > 0 ? bytes[received..] : throw new IOException("The other side closed the connection.");
        }
    }

    /// <summary>Closes a socket, and wakes the thread that waits for it.</summary>
    public static void Close(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is broken, or closed already.
        }

        socket.Dispose();
    }
}
