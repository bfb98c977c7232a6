using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Orleans.Cache.Contracts.Connections;
using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Client.Connections;

/// <summary>
/// The data connection to one run of a silo, which is opened when it is first asked for. Nobody waits for it: what is to be sent before it is open goes
/// through Orleans. Safe for any number of threads.
/// </summary>
/// <param name="silo">The silo.</param>
/// <param name="door">Where it says how to connect.</param>
/// <param name="watch">Looks after threads that receive.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it is said why there is no connection.</param>
internal sealed partial class DataLink(NodeDescriptor silo, ICacheNode door, ReceiverWatch watch, TimeProvider time, ILogger<DataLink> logger) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>A connection on which a call had no answer, nor any other for so long, is not believed any more: the silo is asked anew through Orleans.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(1);

    private DataConnection? _connection;
    private TimeSpan _pause = ShortestPause;
    private long _nextTry = long.MinValue;
    private int _isOpening;
    private volatile bool _isDisposed;

    /// <summary>The connection, if it is open. Else it may be soon.</summary>
    public DataConnection? Find()
    {
        if (Volatile.Read(ref _connection) is { IsLost: false } open)
        {
            return open;
        }

        if (time.GetTimestamp() >= Volatile.Read(ref _nextTry) && !_isDisposed && Interlocked.Exchange(ref _isOpening, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static link => _ = link.OpenAsync(), this, preferLocal: false);
        }

        return null;
    }

    /// <summary>Notes that a call had no answer.</summary>
    public void NoteNoAnswer()
    {
        if (Volatile.Read(ref _connection) is { IsLost: false } open && open.Silence > LongestSilence)
        {
            open.Dispose();
        }
    }

    /// <summary>Closes the connection, for good.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        Volatile.Read(ref _connection)?.Dispose();
    }

    private async Task OpenAsync()
    {
        try
        {
            if (await door.GetDataDoorAsync().ConfigureAwait(false) is { } dataDoor)
            {
                new Thread(() => Serve(dataDoor)) { IsBackground = true, Name = DataConnection.ThreadName }.UnsafeStart();
            }
            else
            {
                RestFor(LongestPause);
            }
        }
#pragma warning disable CA1031 // Whatever it is, calls go through Orleans meanwhile.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            OnNotOpened(exception);
        }
    }

    private void Serve(DataDoor dataDoor)
    {
        DataConnection connection;
        try
        {
            connection = new DataConnection(Connect(dataDoor), watch);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            OnNotOpened(exception);
            return;
        }

        Volatile.Write(ref _connection, connection);
        RestFor(ShortestPause);
        if (_isDisposed)
        {
            connection.Dispose();
        }

        connection.Receive();
    }

    private Socket Connect(DataDoor dataDoor)
    {
        var to = new IPEndPoint((silo.Gateway ?? silo.Address).Endpoint.Address, dataDoor.Port);
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            DataSocket.Prepare(socket);
            DataSocket.Connect(socket, to, Patience);
            Span<byte> bytes = stackalloc byte[DataConnectionFormat.GreetingBytes];
            DataConnectionFormat.WriteGreeting(bytes, dataDoor.Key);
            DataSocket.Send(socket, bytes);
            var answer = bytes[..DataConnectionFormat.AnswerBytes];
            DataSocket.ReceiveAll(socket, answer, Patience);
            return DataConnectionFormat.ReadAnswer(answer) is not GreetingAnswer.Accepted and var refusal
                ? throw new IOException($"The silo refused the connection: {refusal}.")
                : socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void OnNotOpened(Exception exception)
    {
        LogNotOpened(silo.Name, exception);
        RestFor(_pause * 2 < LongestPause ? _pause * 2 : LongestPause);
    }

    private void RestFor(TimeSpan pause)
    {
        _pause = pause;
        Volatile.Write(ref _nextTry, time.GetTimestamp() + (long)(pause.TotalSeconds * time.TimestampFrequency));
        Volatile.Write(ref _isOpening, 0);
    }

    [LoggerMessage(EventIds.DataConnectionNotOpened, LogLevel.Information, "There is no data connection to the silo {Silo}; calls go through Orleans meanwhile, which costs more. Check that its port is open (Cache:DataConnections:Port), or set UseDataConnections to false.")]
    private partial void LogNotOpened(string silo, Exception exception);
}
