using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;
using Orleans.Cache.GridBench.Sockets;

namespace Orleans.Cache.GridBench.OpenLoop;

/// <summary>A system that is running, and what reads from it.</summary>
internal sealed class RunningTarget : IAsyncDisposable
{
    private readonly ISide _side;
    private readonly Func<CancellationToken, Task<ProcessUse>> _serverUse;

    private RunningTarget(SideKind kind, ISide side, IReadTarget target, Func<CancellationToken, Task<ProcessUse>> serverUse)
    {
        Kind = kind;
        Target = target;
        _side = side;
        _serverUse = serverUse;
    }

    public SideKind Kind { get; }

    public IReadTarget Target { get; }

    public static async Task<RunningTarget> StartAsync(SideKind kind, int valueBytes, CancellationToken cancellationToken)
    {
        switch (kind)
        {
            case SideKind.Redis:
                var redis = await RedisSide.StartAsync(valueBytes, cancellationToken);
                return new(kind, redis, new SocketTarget(redis.Port, new RespProtocol(valueBytes)), _ => Use(redis.ServerProcessor));
            case SideKind.Memcached:
                var memcached = await MemcachedSide.StartAsync(valueBytes, cancellationToken);
                return new(kind, memcached, new SocketTarget(memcached.Port, new MemcachedProtocol(valueBytes)), _ => Use(memcached.ServerProcessor));
            default:
                var grid = await GridSide.StartAsync(silos: 1, replicas: null, valueBytes, cancellationToken);
                return new(kind, grid, new GridTarget(grid.Cache, valueBytes), grid.GetSiloUseAsync);
        }

        static Task<ProcessUse> Use(TimeSpan processor) => Task.FromResult(new ProcessUse(0, processor));
    }

    /// <summary>What the server's process has used so far; allocations only where it is a silo.</summary>
    public Task<ProcessUse> GetServerUseAsync(CancellationToken cancellationToken) => _serverUse(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Target.DisposeAsync();
        await _side.DisposeAsync();
    }
}
