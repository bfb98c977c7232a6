using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Orleans.Cache.GridBench.Sockets;

namespace Orleans.Cache.GridBench.Floor;

/// <summary>Answers requests of <see cref="EchoProtocol"/> in one thread: the least that a server over TCP can do.</summary>
internal static class SocketEchoServer
{
    private const int MaxConnections = 1024;
    private const int ReceiveBytes = 64 * 1024;

    /// <summary>Listens on a port of the system's choice, says which, and serves until the process ends.</summary>
    public static void Run(Action<int> ready)
    {
        using var poll = new Epoll();
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(MaxConnections);
        poll.Watch(listener, 0);
        ready(((IPEndPoint)listener.LocalEndPoint!).Port);

        // The listener is number 0; the number of a connection that has closed is not used again.
        var connections = new List<Connection?> { null };
        Span<int> numbers = stackalloc int[MaxConnections];
        while (true)
        {
            var count = poll.Wait(numbers, Timeout.Infinite);
            foreach (var number in numbers[..count])
            {
                if (number == 0)
                {
                    connections.Add(new Connection(listener.Accept(), poll, connections.Count));
                }
                else if (connections[number] is { } connection && !connection.Serve())
                {
                    connection.Dispose();
                    connections[number] = null;
                }
            }
        }
    }

    private sealed class Connection : IDisposable
    {
        private readonly SendBuffer _send = new();
        private readonly byte[] _received = new byte[ReceiveBytes];
        private readonly Socket _socket;
        private readonly Epoll _poll;
        private readonly int _number;
        private int _receivedBytes;
        private int _toSkip;
        private int _reply;
        private bool _waitsForRoom;

        public Connection(Socket socket, Epoll poll, int number)
        {
            _socket = socket;
            _poll = poll;
            _number = number;
            socket.NoDelay = true;
            socket.Blocking = false;
            poll.Watch(socket, number);
        }

        /// <returns>Whether the connection is still open.</returns>
        public bool Serve()
        {
            var count = _socket.Receive(_received.AsSpan(_receivedBytes), SocketFlags.None, out var error);
            if (error is not (SocketError.Success or SocketError.WouldBlock) || (count == 0 && error == SocketError.Success))
            {
                return false;
            }

            _receivedBytes += count;
            Answer();
            var waits = !_send.Send(_socket);
            if (waits != _waitsForRoom)
            {
                _waitsForRoom = waits;
                _poll.WatchRoom(_socket, _number, waits);
            }

            return true;
        }

        public void Dispose() => _socket.Dispose();

        private void Answer()
        {
            var received = _received.AsSpan(0, _receivedBytes);
            while (true)
            {
                var skipped = Math.Min(_toSkip, received.Length);
                _toSkip -= skipped;
                received = received[skipped..];
                if (_toSkip > 0)
                {
                    break;
                }

                // The whole request is there: now its reply, and the head of the next.
                _send.GetSpan(_reply);
                _send.Advance(_reply);
                _reply = 0;
                if (received.Length < EchoProtocol.HeadBytes)
                {
                    break;
                }

                _toSkip = BinaryPrimitives.ReadInt32LittleEndian(received);
                _reply = BinaryPrimitives.ReadInt32LittleEndian(received[sizeof(int)..]);
            }

            _receivedBytes = received.Length;
            received.CopyTo(_received);
        }
    }
}
