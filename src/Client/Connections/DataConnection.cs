using System.Diagnostics;
using System.Net.Sockets;
using Orleans.Cache.Contracts.Connections;
using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Client.Connections;

/// <summary>
/// A connection to a silo that carries batches and nothing else: see docs/formats/data-connection.md. A request is sent by its caller's thread, unless
/// another one sends already. A thread that does nothing else receives the replies, and lets callers go on: see <see cref="ReceiverTurns"/>.
/// </summary>
/// <remarks>Safe for any number of threads.</remarks>
internal sealed class DataConnection : IDisposable
{
    /// <summary>Of threads that receive.</summary>
    public const string ThreadName = "Cache receiver";

    private readonly Lock _lock = new();
    private readonly Socket _socket;
    private readonly FrameSender<BatchRequest> _requests;
    private readonly FrameBuffer _replies = new(DataConnectionFormat.ReplyHeadBytes);
    private readonly ReceiverTurns _turns = new();
    private readonly ReceiverWatch _watch;
    private readonly Stack<int> _freeIds = [];
    private IDataCall?[] _calls = [];
    private Exception? _lost;
    private long _heardAt = Stopwatch.GetTimestamp();

    /// <summary>Takes over a socket on which the silo has accepted; <see cref="Receive"/> must follow.</summary>
    public DataConnection(Socket socket, ReceiverWatch watch)
    {
        _socket = socket;
        _watch = watch;
        _requests = new FrameSender<BatchRequest>(
            socket,
            static (to, id, request) => DataConnectionFormat.WriteRequestHead(to, id, request),
            static request => request.Operations.Memory,
            static _ => { },
            Lose);
        watch.Add(this);
    }

    /// <summary>Whether it was lost.</summary>
    public bool IsLost => Volatile.Read(ref _lost) is not null;

    /// <summary>For how long nothing has come.</summary>
    public TimeSpan Silence => Stopwatch.GetElapsedTime(Volatile.Read(ref _heardAt));

    /// <summary>Sends a request.</summary>
    /// <returns>Whether it was taken; else nothing was sent, and the call is not told.</returns>
    public bool TrySend(IDataCall call, in BatchRequest request)
    {
        int id;
        lock (_lock)
        {
            if (_lost is not null)
            {
                return false;
            }

            id = AddLocked(call);
        }

        // If it is lost meanwhile, the call is told.
        _requests.TryAdd(id, request);
        return true;
    }

    /// <summary>Receives replies until the connection is lost, or another thread does so, on the thread that it is given for that.</summary>
    public void Receive()
    {
        var isReceiver = true;
        try
        {
            while (FrameReceiver.Receive(_socket, _replies.Room()) is > 0 and var received)
            {
                var now = Stopwatch.GetTimestamp();
                Volatile.Write(ref _heardAt, now);
                _replies.Advance(received);
                while (_replies.TryTake(out var frame))
                {
                    var reply = DataConnectionFormat.ReadReply(frame, out var id);
                    var call = TakeCall(id);
                    call.OnReply(reply);
                    if (!_turns.MayLeave(now))
                    {
                        ThreadPool.UnsafeQueueUserWorkItem(call, preferLocal: false);
                        continue;
                    }

                    var turn = _turns.Leave(now);
                    _watch.Wake();
                    isReceiver = false;
                    call.Execute();
                    now = Stopwatch.GetTimestamp();
                    isReceiver = _turns.TryComeBack(turn, now);
                    if (!isReceiver)
                    {
                        return;
                    }
                }
            }

            Lose(new IOException("The silo closed the connection."));
        }
#pragma warning disable CA1031 // Whatever it is, no reply comes any more.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Lose(exception);
        }

        if (isReceiver)
        {
            _replies.Dispose();
        }
    }

    /// <summary>Has another thread receive, if callers keep the one that does.</summary>
    /// <returns>Whether callers have gone on on it since the last look.</returns>
    public bool LookAfterReceiver()
    {
        if (_turns.TryTakeOver(Stopwatch.GetTimestamp(), out var isUsed))
        {
            try
            {
                new Thread(Receive) { IsBackground = true, Name = ThreadName }.UnsafeStart();
            }
            catch (OutOfMemoryException noThread)
            {
                Lose(noThread);
            }
        }

        return isUsed;
    }

    /// <summary>Closes the connection: what has no reply yet has none.</summary>
    public void Dispose() => Lose(new ObjectDisposedException(nameof(DataConnection), "The connection to the silo was closed."));

    private int AddLocked(IDataCall call)
    {
        if (!_freeIds.TryPop(out var id))
        {
            id = _calls.Length;
            Array.Resize(ref _calls, Math.Max(8, 2 * id));
            for (var further = _calls.Length - 1; further > id; further--)
            {
                _freeIds.Push(further);
            }
        }

        _calls[id] = call;
        return id;
    }

    private IDataCall TakeCall(int id)
    {
        lock (_lock)
        {
            if (id >= 0 && id < _calls.Length && _calls[id] is { } call)
            {
                _calls[id] = null;
                _freeIds.Push(id);
                return call;
            }
        }

        throw _lost ?? new InvalidDataException($"The silo answered request {id}, which is not open.");
    }

    private void Lose(Exception reason)
    {
        IDataCall?[] calls;
        lock (_lock)
        {
            if (_lost is not null)
            {
                return;
            }

            _lost = reason;
            calls = _calls;
            _calls = [];
        }

        _watch.Remove(this);
        _requests.Close();
        DataSocket.Close(_socket);
        foreach (var call in calls)
        {
            if (call is not null)
            {
                call.OnLost(reason);
                ThreadPool.UnsafeQueueUserWorkItem(call, preferLocal: false);
            }
        }
    }
}
