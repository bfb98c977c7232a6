using System.Net.Sockets;

namespace Orleans.Cache.GridBench.Sockets;

/// <summary>Bytes on their way into a socket that does not block. For one thread at a time.</summary>
internal sealed class SendBuffer
{
    private byte[] _bytes = new byte[1024];
    private int _sent;
    private int _count;

    /// <summary>Room for so many bytes more; what was written is then to be told to <see cref="Advance"/>.</summary>
    public Span<byte> GetSpan(int bytes)
    {
        if (_bytes.Length - _count < bytes)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _count + bytes));
        }

        return _bytes.AsSpan(_count, bytes);
    }

    public void Advance(int bytes) => _count += bytes;

    /// <summary>Sends what the socket takes.</summary>
    /// <returns>Whether that was all.</returns>
    public bool Send(Socket socket)
    {
        while (_sent < _count)
        {
            _sent += socket.Send(_bytes.AsSpan(_sent, _count - _sent), SocketFlags.None, out var error);
            switch (error)
            {
                case SocketError.Success:
                    break;
                case SocketError.WouldBlock:
                    return false;
                default:
                    throw new SocketException((int)error);
            }
        }

        _sent = _count = 0;
        return true;
    }
}
