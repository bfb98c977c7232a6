using System.Net;
using System.Net.Sockets;
using Orleans.Cache.GridBench.Sockets;

namespace Orleans.Cache.GridBench.OpenLoop;

/// <summary>
/// A connection that any number of callers share: requests that come while others are being sent go out together, and replies come in the
/// order of the requests. What there is of it is the least that a client of Redis or memcached has to do.
/// </summary>
internal sealed class PipelinedConnection : IAsyncDisposable
{
    private const int LeastBytes = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<PendingRead> _pending = new();
    private readonly IWireProtocol _protocol;
    private readonly Socket _socket;
    private readonly Task _receiving;

    // Requests gather in one buffer while the other is being sent.
    private byte[] _gathered = new byte[LeastBytes];
    private byte[] _sending = new byte[LeastBytes];
    private int _gatheredBytes;
    private bool _isSending;
    private Exception? _failure;

    public PipelinedConnection(int port, IWireProtocol protocol)
    {
        _protocol = protocol;
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(IPAddress.Loopback, port);
        _receiving = Task.Run(ReceiveAsync);
    }

    public ValueTask ReadAsync(int key)
    {
        var read = PendingRead.Rent();
        var task = read.AsTask();
        lock (_lock)
        {
            if (_failure is not null)
            {
                throw new BenchException(_failure.Message);
            }

            _pending.Enqueue(read);
            if (_gathered.Length - _gatheredBytes < _protocol.MaxRequestBytes)
            {
                Array.Resize(ref _gathered, 2 * _gathered.Length);
            }

            _gatheredBytes += _protocol.WriteGet(_gathered.AsSpan(_gatheredBytes), key);
            if (_isSending)
            {
                return task;
            }

            _isSending = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static connection => _ = connection.SendAsync(), this, preferLocal: false);
        return task;
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _receiving;
    }

    private async Task SendAsync()
    {
        try
        {
            while (TakeGathered() is > 0 and var bytes)
            {
                for (var sent = 0; sent < bytes;)
                {
                    sent += await _socket.SendAsync(_sending.AsMemory(sent, bytes - sent));
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Fail(exception);
        }
    }

    private int TakeGathered()
    {
        lock (_lock)
        {
            (_gathered, _sending) = (_sending, _gathered);
            var bytes = _gatheredBytes;
            _gatheredBytes = 0;
            _isSending = bytes > 0;
            return bytes;
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[Math.Max(LeastBytes, 2 * _protocol.MaxReplyBytes)];
        var filled = 0;
        try
        {
            while (await _socket.ReceiveAsync(buffer.AsMemory(filled)) is > 0 and var count)
            {
                filled += count;
                var taken = 0;
                while (_protocol.TakeReply(buffer.AsSpan(taken, filled - taken)) is > 0 and var bytes)
                {
                    taken += bytes;
                    TakePending().Complete();
                }

                filled -= taken;
                buffer.AsSpan(taken, filled).CopyTo(buffer);
            }

            Fail(new BenchException("A server under load closed a connection."));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or BenchException)
        {
            Fail(exception);
        }
    }

    private PendingRead TakePending()
    {
        lock (_lock)
        {
            return _pending.Dequeue();
        }
    }

    private void Fail(Exception exception)
    {
        PendingRead[] pending;
        lock (_lock)
        {
            _failure ??= exception;
            pending = [.. _pending];
            _pending.Clear();
        }

        foreach (var read in pending)
        {
            read.Fail(exception);
        }
    }
}
