using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.Sockets;

/// <summary>A connection that sends a pipeline of requests, waits for all answers, and sends the next. For one thread.</summary>
internal sealed class LoadConnection : IDisposable
{
    private const int LeastReceiveBytes = 64 * 1024;

    private readonly SendBuffer _send = new();
    private readonly IWireProtocol _protocol;
    private readonly int _pipeline;
    private readonly byte[] _received;
    private int _receivedBytes;
    private int _awaited;

    public LoadConnection(int port, IWireProtocol protocol, int pipeline)
    {
        _protocol = protocol;
        _pipeline = pipeline;
        _received = new byte[Math.Max(LeastReceiveBytes, 2 * protocol.MaxReplyBytes)];
        Socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Socket.Connect(IPAddress.Loopback, port);
        Socket.Blocking = false;
    }

    public Socket Socket { get; }

    /// <summary>When the pipeline under way was sent, as <see cref="Stopwatch"/> counts it.</summary>
    public long StartedAt { get; private set; }

    /// <summary>Whether epoll tells of room to write.</summary>
    public bool WaitsForRoom { get; set; }

    /// <summary>Sends the next pipeline.</summary>
    /// <returns>Whether all of it could be sent at once.</returns>
    public bool Start(KeyPicker keys)
    {
        for (_awaited = 0; _awaited < _pipeline; _awaited++)
        {
            Append(keys.NextKey(), keys.NextIsSet());
        }

        StartedAt = Stopwatch.GetTimestamp();
        return Send();
    }

    /// <summary>Sends one request to write a key.</summary>
    public bool StartSet(int key)
    {
        Append(key, isSet: true);
        _awaited = 1;
        return Send();
    }

    /// <summary>Goes on sending.</summary>
    /// <returns>Whether all is sent.</returns>
    public bool Send() => _send.Send(Socket);

    /// <summary>Takes what has come.</summary>
    /// <returns>Whether all answers are there.</returns>
    public bool Receive()
    {
        while (_awaited > 0)
        {
            var count = Socket.Receive(_received.AsSpan(_receivedBytes), SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                return false;
            }

            if (error != SocketError.Success || count == 0)
            {
                throw new BenchException($"The server under load closed a connection ({error}).");
            }

            var room = _received.Length - _receivedBytes;
            _receivedBytes += count;
            Take();
            if (count < room)
            {
                // The socket was emptied: asking it once more would only be told so.
                break;
            }
        }

        return _awaited == 0;
    }

    public void Dispose() => Socket.Dispose();

    private void Append(int key, bool isSet)
    {
        var destination = _send.GetSpan(_protocol.MaxRequestBytes);
        _send.Advance(isSet ? _protocol.WriteSet(destination, key) : _protocol.WriteGet(destination, key));
    }

    private void Take()
    {
        var taken = 0;
        while (_awaited > 0 && _protocol.TakeReply(_received.AsSpan(taken, _receivedBytes - taken)) is > 0 and var bytes)
        {
            taken += bytes;
            _awaited--;
        }

        _receivedBytes -= taken;
        _received.AsSpan(taken, _receivedBytes).CopyTo(_received);
    }
}
