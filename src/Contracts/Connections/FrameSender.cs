using System.Buffers;
using System.Net.Sockets;

namespace Orleans.Cache.Contracts.Connections;

/// <summary>
/// What is to be sent over a data connection. Whoever adds a frame while nobody sends sends it, and what others add meanwhile: many frames share a system
/// call, and a single one waits for nobody. Safe for any number of threads.
/// </summary>
/// <param name="socket">Where it goes; nobody else sends there. It does not block.</param>
/// <param name="writeHead">Writes a frame but for its body.</param>
/// <param name="bodyOf">The bytes that a frame ends with.</param>
/// <param name="onSent">Called when a frame's body is not looked at any more.</param>
/// <param name="onFailed">Called when sending has failed; nothing is sent any more.</param>
internal sealed class FrameSender<T>(
    Socket socket, Action<IBufferWriter<byte>, int, T> writeHead, Func<T, ReadOnlyMemory<byte>> bodyOf, Action<T> onSent, Action<Exception> onFailed) : IDisposable
    where T : struct
{
    /// <summary>As much may wait to be sent before <see cref="WaitForRoom"/> waits.</summary>
    private const long MaxUnsentBytes = 16 << 20;

    /// <summary>So many bytes of frames leave together.</summary>
    private const int MaxGatheredBytes = 64 << 10;

    /// <summary>A longer body leaves from where it is: a system call more costs less than to copy it.</summary>
    private const int MaxCopiedBytes = 16 << 10;

    /// <summary>What a frame takes beside its body, roughly.</summary>
    private const int HeadBytes = 128;

    private readonly ManualResetEventSlim _hasRoom = new(initialState: true);

    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _gathered = new(MaxGatheredBytes + MaxCopiedBytes);
    private List<(int Id, T Frame)> _waiting = [];
    private List<(int Id, T Frame)> _taken = [];
    private int _done;
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
            _unsentBytes += HeadBytes + bodyOf(frame).Length;
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
                while (_done < _taken.Count)
                {
                    await SendAsync(_taken[_done].Id, _taken[_done].Frame).ConfigureAwait(false);
                }

                _done = 0;
                _taken.Clear();
                await SendGatheredAsync().ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // Whatever it is, nothing gets through any more.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            while (_done < _taken.Count)
            {
                LetGo(_taken[_done].Frame);
            }

            onFailed(exception);
        }
    }

    private async ValueTask SendAsync(int id, T frame)
    {
        writeHead(_gathered, id, frame);
        var body = bodyOf(frame);
        if (body.Length <= MaxCopiedBytes)
        {
            _gathered.Write(body.Span);
            LetGo(frame);
            if (_gathered.WrittenCount >= MaxGatheredBytes)
            {
                await SendGatheredAsync().ConfigureAwait(false);
            }

            return;
        }

        await SendGatheredAsync().ConfigureAwait(false);
        await SendAllAsync(body).ConfigureAwait(false);
        LetGo(frame);
    }

    private void LetGo(T frame)
    {
        _done++;
        onSent(frame);
    }

    private async ValueTask SendGatheredAsync()
    {
        await SendAllAsync(_gathered.WrittenMemory).ConfigureAwait(false);
        _gathered.ResetWrittenCount();
    }

    private async ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        for (var sent = SendAtOnce(bytes.Span); sent < bytes.Length;)
        {
            sent += await socket.SendAsync(bytes[sent..]).ConfigureAwait(false);
        }
    }

    private int SendAtOnce(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return 0;
        }

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
