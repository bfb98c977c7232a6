using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Cache.Contracts.Connections;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Grains.Nodes;
using Orleans.Cache.Grains.Replication;
using Orleans.Configuration;

namespace Orleans.Cache.Grains.Connections;

/// <summary>
/// Takes data connections on a port of this silo, each with a thread that executes what comes. Whoever connects shows a key that only Orleans gives out, to
/// those whom it has let in. Where something stands before Orleans' own gateway, as TLS does, there are none: they would go around it.
/// </summary>
/// <remarks>It opens before the silo joins the grid, and closes when the silo has left it and its callers have gone.</remarks>
internal sealed partial class DataListener : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan LongestGreeting = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>So many may be about to greet; further ones are closed at once.</summary>
    private const int MostGreeting = 64;

    private readonly BatchExecutor _executor;
    private readonly CacheDataConnectionOptions _options;
    private readonly EndpointOptions _endpoints;
    private readonly SiloConnectionOptions _connections;
    private readonly IServiceProvider _services;
    private readonly ILocalSiloDetails _silo;
    private readonly TimeProvider _time;
    private readonly ILogger<DataListener> _logger;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(DataConnectionFormat.KeyBytes);
    private readonly HashSet<Socket> _sockets = [];
    private readonly CancellationTokenSource _stopping = new();
    private Socket? _listener;
    private int _greeting;
    private Task _accepting = Task.CompletedTask;

    public DataListener(
        BatchExecutor executor,
        IOptions<CacheGridOptions> options,
        IOptions<EndpointOptions> endpoints,
        IOptions<SiloConnectionOptions> connections,
        IServiceProvider services,
        ILocalSiloDetails silo,
        IMeterFactory meters,
        TimeProvider time,
        ILogger<DataListener> logger)
    {
        _executor = executor;
        _options = options.Value.DataConnections;
        _endpoints = endpoints.Value;
        _connections = connections.Value;
        _services = services;
        _silo = silo;
        _time = time;
        _logger = logger;
        meters.Create(ReplicationMetrics.MeterName).CreateObservableUpDownCounter(
            "orleans.cache.data.connections", () => Count, "{connection}", "Data connections that are open.");
    }

    /// <summary>Where data connections are taken; <see langword="null"/>: nowhere.</summary>
    public DataDoor? Door { get; private set; }

    /// <summary>How many are open.</summary>
    public int Count
    {
        get
        {
            lock (_sockets)
            {
                return _sockets.Count;
            }
        }
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(DataListener), ServiceLifecycleStage.RuntimeGrainServices, _ => Start(), _ => StopAsync());

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener?.Dispose();
        _stopping.Dispose();
    }

    private Task Start()
    {
        if (_options.MaxConnections == 0)
        {
            return Task.CompletedTask;
        }

        if (IsGatewayGuarded())
        {
            LogGuarded();
            return Task.CompletedTask;
        }

        var address = _endpoints.GatewayListeningEndpoint?.Address ?? _silo.SiloAddress.Endpoint.Address;
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(address, _options.Port));
            listener.Listen();
        }
        catch (SocketException exception)
        {
            listener.Dispose();
            throw new CacheGridStartException(
                $"The silo cannot take data connections at {address}, port {_options.Port}: {exception.Message}. Set Cache:DataConnections:Port to a port that is free, or to 0 for any.");
        }

        _listener = listener;
        Door = new DataDoor(((IPEndPoint)listener.LocalEndPoint!).Port, _key);
        _accepting = Task.Run(() => AcceptAsync(listener, _stopping.Token));
        return Task.CompletedTask;
    }

    private async Task StopAsync()
    {
        Door = null;
        await _stopping.CancelAsync();
        _listener?.Dispose();
        await _accepting;
        Socket[] open;
        lock (_sockets)
        {
            open = [.. _sockets];
        }

        Array.ForEach(open, DataSocket.Close);
    }

    /// <summary>Whether connections to the gateway pass through something before Orleans has them.</summary>
    private bool IsGatewayGuarded()
    {
        var builder = new ConnectionSteps(_services);
        ((SiloConnectionOptions.ISiloConnectionBuilderOptions)_connections).ConfigureGatewayInboundBuilder(builder);
        return builder.Count > 0;
    }

    private async Task AcceptAsync(Socket listener, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                Take(await listener.AcceptAsync(cancellationToken));
            }
            catch (Exception exception) when (cancellationToken.IsCancellationRequested && exception is (OperationCanceledException or ObjectDisposedException or SocketException))
            {
                return;
            }
#pragma warning disable CA1031 // Mostly that there are no more handles, or threads. Whatever it is, it is logged, and the next connection may be taken.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogNotTaken(RestAfterFailure.TotalSeconds, exception);
                await Task.Delay(RestAfterFailure, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Take(Socket socket)
    {
        if (Volatile.Read(ref _greeting) >= MostGreeting)
        {
            DataSocket.Close(socket);
            return;
        }

        Interlocked.Increment(ref _greeting);
        try
        {
            new Thread(() => Serve(socket)) { IsBackground = true, Name = "Cache data server" }.UnsafeStart();
        }
        catch
        {
            Interlocked.Decrement(ref _greeting);
            DataSocket.Close(socket);
            throw;
        }
    }

    private void Serve(Socket socket)
    {
        try
        {
            if (TryGreet(socket))
            {
                using var server = new DataConnectionServer(socket, _executor);
                server.Run();
            }
        }
#pragma warning disable CA1031 // Whatever it is, it is the end of this connection and of nothing else.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogEnded(exception.Message);
        }

        lock (_sockets)
        {
            _sockets.Remove(socket);
        }

        DataSocket.Close(socket);
    }

    private bool TryGreet(Socket socket)
    {
        try
        {
            DataSocket.Prepare(socket);
            Span<byte> bytes = stackalloc byte[DataConnectionFormat.GreetingBytes];
            DataSocket.ReceiveAll(socket, bytes, LongestGreeting);
            var answer = Admit(socket, bytes);
            if (answer == GreetingAnswer.TooMany)
            {
                LogTooMany(socket.RemoteEndPoint, _options.MaxConnections);
            }
            else if (answer != GreetingAnswer.Accepted)
            {
                LogRefused(socket.RemoteEndPoint, answer);
            }

            DataConnectionFormat.WriteAnswer(bytes, answer);
            DataSocket.Send(socket, bytes[..DataConnectionFormat.AnswerBytes]);
            return answer == GreetingAnswer.Accepted && !_stopping.IsCancellationRequested;
        }
        finally
        {
            Interlocked.Decrement(ref _greeting);
        }
    }

    private GreetingAnswer Admit(Socket socket, ReadOnlySpan<byte> greeting)
    {
        var key = DataConnectionFormat.ReadGreeting(greeting, out var version);
        if (version != DataConnectionFormat.Version)
        {
            return GreetingAnswer.UnknownVersion;
        }

        if (!CryptographicOperations.FixedTimeEquals(key, _key))
        {
            return GreetingAnswer.WrongKey;
        }

        lock (_sockets)
        {
            return _sockets.Count < _options.MaxConnections && _sockets.Add(socket) ? GreetingAnswer.Accepted : GreetingAnswer.TooMany;
        }
    }

    [LoggerMessage(EventIds.DataConnectionsGuarded, LogLevel.Information, "Connections to the gateway are secured, or changed otherwise. There are no data connections then; calls go through Orleans, which costs more.")]
    private partial void LogGuarded();

    [LoggerMessage(EventIds.DataConnectionsFull, LogLevel.Warning, "A data connection from {Client} was refused, since {Most} are open. Its calls go through Orleans, which costs more. Raise Cache:DataConnections:MaxConnections, or let fewer processes call.")]
    private partial void LogTooMany(EndPoint? client, int most);

    [LoggerMessage(EventIds.DataConnectionRefused, LogLevel.Debug, "A data connection from {Client} was refused: {Answer}. Whoever Orleans has let in has the key.")]
    private partial void LogRefused(EndPoint? client, GreetingAnswer answer);

    [LoggerMessage(EventIds.DataConnectionNotTaken, LogLevel.Warning, "A data connection could not be taken; the next is in {Seconds} s. Clients' calls go through Orleans meanwhile. Look for the limits of open files and threads of this process.")]
    private partial void LogNotTaken(double seconds, Exception exception);

    [LoggerMessage(EventIds.DataConnectionEnded, LogLevel.Debug, "A data connection ended: {Reason}")]
    private partial void LogEnded(string reason);
}
