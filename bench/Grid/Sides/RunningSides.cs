using Orleans.Cache.GridBench.Floor;
using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>The sides of one scenario: each is started once, when it is first needed, and all end together.</summary>
internal sealed class RunningSides : IAsyncDisposable
{
    private readonly Dictionary<(SideKind Kind, int Silos, int? Replicas), ISide> _sides = [];

    public async Task<ISide> GetAsync(Contestant contestant, CancellationToken cancellationToken)
    {
        if (!_sides.TryGetValue((contestant.Side, contestant.Silos, contestant.Replicas), out var side))
        {
            _sides[(contestant.Side, contestant.Silos, contestant.Replicas)] = side = await StartAsync(contestant, cancellationToken);
        }

        return side;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var side in _sides.Values)
        {
            await side.DisposeAsync();
        }
    }

    private static async Task<ISide> StartAsync(Contestant contestant, CancellationToken cancellationToken)
    {
        var valueBytes = contestant.Load.ValueBytes;
        return contestant.Side switch
        {
            SideKind.Grid => await GridSide.StartAsync(contestant.Silos, contestant.Replicas, valueBytes, cancellationToken),
            SideKind.HostedGrid => await GridSide.StartHostedAsync(valueBytes, cancellationToken),
            SideKind.Redis => await RedisSide.StartAsync(valueBytes, cancellationToken),
            SideKind.Memcached => await MemcachedSide.StartAsync(valueBytes, cancellationToken),
            SideKind.OrleansEcho => await OrleansEchoSide.StartAsync(cancellationToken),
            _ => await SocketEchoSide.StartAsync(cancellationToken),
        };
    }
}
