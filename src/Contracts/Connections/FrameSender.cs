using System.Buffers;
using System.Net.Sockets;

namespace Orleans.Cache.Contracts.Connections;

/// <summary>
/// What is to be sent over a data connection. Whoever adds a frame while nobody sends sends it, and what others add meanwhile: many frames share a system
/// call, and a single one waits for nobody. Safe for any number of threads.
/// </summary>
/// <param name="socket">Where it goes; nobody else sends there. It does not block.</param>
/// <param name="write">Writes a frame.</param>
/// <param name="lengthOf">The length of a frame, roughly.</param>
/// <param name="onFailed">Called when sending has failed; nothing is sent any more.</param>
internal sealed class FrameSender<T>(Socket socket, Action<IBufferWriter<byte>, int, T> write, Func<T, int> lengthOf, Action<Exception> onFailed) : IDisposable
    where T : struct
{
    /// <summary>As much may wait to be sent before <see cref="WaitForRoom"/> waits.</summary>
    private const long MaxUnsentBytes = 16 << 20;

    private const int UsualBytes = 64 << 10;
    private const int MaxKeptBytes = 1 << 20;

    private readonly ManualResetEventSlim _hasRoom = new(initialState: true);

    private readonly Lock _lock = new();
    private ArrayBufferWriter<byte> _bytes = new(UsualBytes);
    private List<(int Id, T Frame)> _waiting = [];
    private List<(int Id, T Frame)> _taken = [];
    private long _unsentBytes;
    private long _takenBytes;
    private bool _isSending;
    private bool _isClosed;

    /// <summary>Sends a frame.</summary>
    /// <returns>Whether it was taken: not when the sender is closed.</returns>
    public bool TryAdd(int id, in T frame)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return false;
            }

            _waiting.Add((id, frame));
            _unsentBytes += lengthOf(frame);
            if (_unsentBytes > MaxUnsentBytes)
            {
                _hasRoom.Reset();
            }

            if (_isSending)
            {
                return true;
            }

            _isSending = true;
        }

        _ = SendAsync();
        return true;
    }

    /// <summary>Blocks the thread as long as the other side does not take what is sent to it, until the sender is closed.</summary>
    public void WaitForRoom() => _hasRoom.Wait();

    /// <summary>Takes no further frames.</summary>
    /// <returns>Those that are not sent.</returns>
    public IReadOnlyList<(int Id, T Frame)> Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            var unsent = _waiting;
            _waiting = [];
            _hasRoom.Set();
            return unsent;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _hasRoom.Dispose();

    private async Task SendAsync()
    {
        try
        {
            while (TryTakeWaiting())
            {
                foreach (var (id, frame) in _taken)
                {
                    write(_bytes, id, frame);
                }

                _taken.Clear();
                var sent = SendAtOnce(_bytes.WrittenSpan);
                while (sent < _bytes.WrittenCount)
                {
                    sent += await socket.SendAsync(_bytes.WrittenMemory[sent..]).ConfigureAwait(false);
                }

                if (_bytes.Capacity > MaxKeptBytes)
                {
                    _bytes = new ArrayBufferWriter<byte>(UsualBytes);
                }

                _bytes.ResetWrittenCount();
            }
        }
#pragma warning disable CA1031 // Whatever it is, nothing gets through any more.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            onFailed(exception);
        }
    }

    private int SendAtOnce(ReadOnlySpan<byte> bytes)
    {
        var sent = socket.Send(bytes, SocketFlags.None, out var error);
        return error switch
        {
            SocketError.Success => sent,
            SocketError.WouldBlock => 0,
            _ => throw new SocketException((int)error),
        };
    }

    private bool TryTakeWaiting()
    {
        lock (_lock)
        {
            _unsentBytes -= _takenBytes;
            _takenBytes = _unsentBytes;
            if (_unsentBytes <= MaxUnsentBytes)
            {
                _hasRoom.Set();
            }

            if (_waiting.Count == 0)
            {
                _isSending = false;
                return false;
            }

            (_waiting, _taken) = (_taken, _waiting);
            return true;
        }
    }
}
