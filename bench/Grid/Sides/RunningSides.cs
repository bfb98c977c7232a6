using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>The sides of one scenario: each is started once, when it is first needed, and all end together.</summary>
internal sealed class RunningSides : IAsyncDisposable
{
    private readonly Dictionary<SideKind, ISide> _sides = [];

    public async Task<ISide> GetAsync(SideKind kind, CancellationToken cancellationToken)
    {
        if (!_sides.TryGetValue(kind, out var side))
        {
            _sides[kind] = side = await StartAsync(kind, cancellationToken);
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

    private static async Task<ISide> StartAsync(SideKind kind, CancellationToken cancellationToken) => kind switch
    {
        SideKind.Grid => await GridSide.StartAsync(cancellationToken),
        SideKind.HostedGrid => await GridSide.StartHostedAsync(cancellationToken),
        _ => await RedisSide.StartAsync(cancellationToken),
    };
}
