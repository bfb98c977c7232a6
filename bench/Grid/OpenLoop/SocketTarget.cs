using Orleans.Cache.GridBench.Sockets;

namespace Orleans.Cache.GridBench.OpenLoop;

/// <summary>Reads from a server over a few connections that all callers share, as clients of Redis and memcached do.</summary>
internal sealed class SocketTarget : IReadTarget
{
    private const int Connections = 4;

    private readonly PipelinedConnection[] _connections;

    public SocketTarget(int port, IWireProtocol protocol)
    {
        _connections = [.. Enumerable.Range(0, Connections).Select(_ => new PipelinedConnection(port, protocol))];
    }

    public ValueTask ReadAsync(int key) => _connections[key % Connections].ReadAsync(key);

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }
    }
}
